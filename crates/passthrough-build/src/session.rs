//! One build, from the plan to the artefact.
