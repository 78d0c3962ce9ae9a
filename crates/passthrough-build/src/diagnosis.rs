//! Why a build backend could not be used, and what to do about it.
