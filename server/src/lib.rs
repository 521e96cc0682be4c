//! The Lately process: REST transport and methods, authentication, configuration, command line, web page.
//!
//! Owns: everything between a socket and a use case. Must hold: one boot path, [`boot::Server::start`], for the
//! binary and for tests. Never does: SQL, rules of the messenger.

pub mod auth;
pub mod boot;
mod carry;
pub mod cli;
pub mod cluster;
pub mod config;
pub mod control;
pub mod demo;
pub mod doctor;
pub mod errand;
mod front;
pub mod listen;
pub mod log;
pub mod oauth;
pub mod observe;
pub mod openapi;
pub mod push;
pub mod rest;
pub mod tls;
mod url;
pub mod vault;
mod web;
