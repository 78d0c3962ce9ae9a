//! What black-box conformance exchanges: cases, profiles of frontends, what the
//! probe backend recorded, and the evidence of a run.

pub(crate) mod case;
pub(crate) mod evidence;
pub(crate) mod profile;
pub(crate) mod recording;
