//! Only tests, in a crate of their own: they need the feature `mutation` of
//! passthrough-plan, and nothing else may be built with it.
