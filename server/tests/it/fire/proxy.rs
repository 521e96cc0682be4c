//! A small TCP proxy that a test cuts and mends: a server's way to PostgreSQL or to the bus.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// A way that can be cut.
pub struct Proxy {
    port: u16,
    cut: Arc<AtomicBool>,
    /// Rung when it is cut: connections end.
    ended: Arc<Notify>,
    /// The next commit goes through, and its answer does not come back.
    swallows: Arc<AtomicBool>,
}

impl Proxy {
    /// A way to this port of this machine.
    pub async fn to(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (cut, ended) = (Arc::new(AtomicBool::new(false)), Arc::new(Notify::new()));
        let swallows = Arc::new(AtomicBool::new(false));
        let (is_cut, end, swallow) = (Arc::clone(&cut), Arc::clone(&ended), Arc::clone(&swallows));
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                if is_cut.load(Ordering::SeqCst) {
                    continue;
                }
                let (end, swallow) = (Arc::clone(&end), Arc::clone(&swallow));
                tokio::spawn(async move {
                    let Ok(mut far) = TcpStream::connect(("127.0.0.1", target)).await else { return };
                    drop((near.set_nodelay(true), far.set_nodelay(true)));
                    tokio::select! {
                        () = carry(&mut near, &mut far, &swallow) => {}
                        () = end.notified() => {}
                    }
                });
            }
        });
        Self { port, cut, ended, swallows }
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends all connections and takes no more.
    pub fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
        self.ended.notify_waiters();
    }

    /// The next commit goes through, its answer is lost with the connection.
    pub fn swallow_the_answer_to_a_commit(&self) {
        self.swallows.store(true, Ordering::SeqCst);
    }

    /// Takes connections again.
    pub fn mend(&self) {
        self.cut.store(false, Ordering::SeqCst);
    }
}

/// Both directions until one ends, or a commit's answer is swallowed.
async fn carry(near: &mut TcpStream, far: &mut TcpStream, swallow: &AtomicBool) {
    let (mut there, mut back) = ([0; 16_384], [0; 16_384]);
    loop {
        tokio::select! {
            read = near.read(&mut there) => {
                let Ok(count @ 1..) = read else { return };
                let commits = there[..count].windows(6).any(|word| word == b"COMMIT");
                if far.write_all(&there[..count]).await.is_err() {
                    return;
                }
                if commits && swallow.swap(false, Ordering::SeqCst) {
                    drop(far.read(&mut back).await);
                    return;
                }
            }
            read = far.read(&mut back) => {
                let Ok(count @ 1..) = read else { return };
                if near.write_all(&back[..count]).await.is_err() {
                    return;
                }
            }
        }
    }
}
