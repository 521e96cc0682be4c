//! What is compared with: nginx, which sends the very bytes of each answer from a file.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use super::{http, process};

const PATIENCE: Duration = Duration::from_secs(10);

/// A running nginx; ended when dropped.
pub struct Nginx {
    process: Child,
    /// Such as `http://127.0.0.1:8080`.
    pub origin: String,
}

/// The folder whose files it sends.
pub fn files(dir: &Path) -> PathBuf {
    dir.join("www")
}

/// Starts it in a folder of its own, and waits until it answers with each of these files.
pub fn start(dir: &Path, words: &[String]) -> Result<Nginx> {
    // Nobody else takes the port in the moment between.
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let config = dir.join("nginx.conf");
    fs::write(&config, configuration(dir, port))?;
    let mut command = Command::new("nginx");
    command.arg("-e").arg(dir.join("error.log")).arg("-p").arg(dir).arg("-c").arg(&config);
    let process = command.spawn().context("cannot start nginx")?;
    let mut nginx = Nginx { process, origin: format!("http://127.0.0.1:{port}") };
    for word in words {
        let answer = nginx.wait(word)?;
        let right = answer.status == 200 && answer.body == fs::read_to_string(files(dir).join(word))?;
        ensure!(right, "nginx answered {} to {word}", answer.status);
    }
    Ok(nginx)
}

/// As fast as it goes: no log, all files kept open, connections never closed.
fn configuration(dir: &Path, port: u16) -> String {
    let dir = dir.display();
    format!(
        "\
daemon off;
user root;
worker_processes auto;
worker_rlimit_nofile 16384;
pid {dir}/nginx.pid;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    sendfile on;
    tcp_nodelay on;
    open_file_cache max=12000 inactive=1h;
    open_file_cache_valid 1h;
    keepalive_requests 1000000000;
    default_type \"application/json; charset=utf-8\";
    client_body_temp_path {dir}/body;
    proxy_temp_path {dir}/proxy;
    fastcgi_temp_path {dir}/fastcgi;
    uwsgi_temp_path {dir}/uwsgi;
    scgi_temp_path {dir}/scgi;
    server {{
        listen 127.0.0.1:{port};
        root {dir}/www;
    }}
}}
"
    )
}

impl Nginx {
    /// The numbers of its processes.
    pub fn ids(&self) -> Result<Vec<u32>> {
        let mut ids = process::children(self.process.id())?;
        ids.push(self.process.id());
        Ok(ids)
    }

    fn wait(&mut self, word: &str) -> Result<http::Answer> {
        let begun = Instant::now();
        loop {
            match http::send(&format!("{}/{word}", self.origin), None) {
                Ok(answer) => return Ok(answer),
                Err(error) if begun.elapsed() > PATIENCE => {
                    return Err(error.context("nginx does not answer"));
                }
                Err(_) => thread::sleep(Duration::from_millis(20)),
            }
            if let Some(status) = self.process.try_wait()? {
                bail!("nginx ended with {status}");
            }
        }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // The signal that lets it end its workers too; killing it would leave them behind.
        let id = self.process.id().to_string();
        let asked = Command::new("kill").arg(id).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}
