//! What passed through into an artefact, as a record beside it.
