//! Hooks of real and toy backends, in real interpreters.

mod contract;
mod diagnosis;
mod hostile;
mod loading;
mod real;
mod story;
mod support;
