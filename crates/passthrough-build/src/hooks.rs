//! The hooks of a build backend, one process each (PEP 517, PEP 660).
