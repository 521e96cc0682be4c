//! What is compared with: nginx, which sends the very bytes of each answer from a file.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::http;
use super::load::Load;

const PATIENCE: Duration = Duration::from_secs(10);

/// A running nginx; ended when dropped.
pub struct Nginx {
    process: Child,
    origin: String,
}

/// Starts it in a folder of its own, with a file for each load.
pub fn start(dir: &Path, answers: &[(Load, String)]) -> Result<Nginx> {
    let files = dir.join("www");
    fs::create_dir_all(&files)?;
    for (load, body) in answers {
        fs::write(files.join(load.word()), body)?;
    }
    // Nobody else takes the port in the moment between.
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let config = dir.join("nginx.conf");
    fs::write(&config, configuration(dir, port))?;
    let mut command = Command::new("nginx");
    command.arg("-e").arg(dir.join("error.log")).arg("-p").arg(dir).arg("-c").arg(&config);
    let process = command.spawn().context("cannot start nginx")?;
    let mut nginx = Nginx { process, origin: format!("http://127.0.0.1:{port}") };
    nginx.wait(answers)?;
    Ok(nginx)
}

/// As fast as it goes: no log, files kept open, connections never closed. A POST to a file would be refused, so the
/// refusal is answered with the file.
fn configuration(dir: &Path, port: u16) -> String {
    let dir = dir.display();
    format!(
        "\
daemon off;
user root;
worker_processes auto;
pid {dir}/nginx.pid;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    sendfile on;
    tcp_nodelay on;
    open_file_cache max=100;
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
        error_page 405 =200 $uri;
    }}
}}
"
    )
}

impl Nginx {
    /// Where a load goes.
    pub fn url(&self, load: Load) -> String {
        format!("{}/{}", self.origin, load.word())
    }

    /// Waits until it answers, and sees that it answers right.
    fn wait(&mut self, answers: &[(Load, String)]) -> Result<()> {
        let begun = Instant::now();
        for (load, body) in answers {
            let answer = loop {
                match http::send(&self.url(*load), load.body().as_deref()) {
                    Ok(answer) => break answer,
                    Err(error) if begun.elapsed() > PATIENCE => {
                        return Err(error.context("nginx does not answer"));
                    }
                    Err(_) => thread::sleep(Duration::from_millis(20)),
                }
                if let Some(status) = self.process.try_wait()? {
                    bail!("nginx ended with {status}");
                }
            };
            if answer.status != 200 || answer.body != *body {
                bail!("nginx answered {} to {}", answer.status, load.name());
            }
        }
        Ok(())
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
