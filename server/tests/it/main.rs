//! Everything that users' clients can see, tested through HTTP, the command line and real client libraries.

#![recursion_limit = "256"]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod access;
mod app;
mod audit;
mod backup;
mod bad_input;
mod batch;
mod beside;
mod bot;
mod bot_chat;
mod bot_v2;
mod bot_v2_chat;
mod chat;
mod check;
mod cluster;
mod command_line;
mod counter;
mod crash;
mod demo;
mod department;
mod dialog;
mod doctor;
mod effort;
mod feed;
mod file;
mod fire;
mod group_commit;
mod handler;
mod health;
mod import;
mod invitation;
mod language;
mod limits;
mod message;
mod migrate;
mod moving;
mod nodes;
mod notification;
mod oauth;
mod observe;
mod openapi;
mod option;
mod page;
mod person;
mod portal;
mod portal_department;
mod portal_user;
mod process;
mod pull;
mod recent_action;
mod recent_get;
mod recent_list;
mod recent_load;
mod recent_model;
mod recent_page;
mod scenario;
mod sdk;
mod search;
mod search_last;
mod serve;
mod session;
mod setting;
mod stage;
mod transport;
mod user;
mod web_app;
mod web_command;
mod web_webhook;
mod webhook_auth;
