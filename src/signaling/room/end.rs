//! How a room ends: its call is written down, and its media closed. What a recording still waits for is left to its sweep.

use super::task::{RETRY, Room};
use crate::app::calls;
use tallyroom_media_protocol::Request;
use tokio::sync::oneshot;

impl Room {
    pub(super) async fn end(&mut self) {
        self.end_recording().await;
        self.write_end().await;
        self.tell_views();
        self.close_media().await;
        self.settle_recording().await;
    }

    /// Stores the end; doesn't give up, since nobody may be left in a call that is over.
    async fn write_end(&mut self) {
        let Some(reason) = self.finish else { return };
        let (written, done) = oneshot::channel();
        let rest = self.journal.flush().into_iter().collect();
        self.write(rest, Vec::new(), Some(written)).await;
        let _ = done.await;
        while let Err(error) = calls::finish(&self.world.app, &self.scope, &self.call, &self.session, reason).await {
            tracing::error!(%error, call = %self.call.id, "the end of a call can't be stored; trying again");
            tokio::time::sleep(RETRY).await;
        }
        if self.parent.is_none() {
            self.keep_quality().await;
        }
        tracing::info!(call = %self.call.id, ?reason, charged_minor = self.session.charged_minor(), "call ended");
    }

    /// What a server before this one saw isn't known any more. The end of the call doesn't depend on it.
    async fn keep_quality(&self) {
        let both = [self.buyer.quality, self.seller.quality];
        if let Err(error) = calls::keep_quality(&self.world.app, &self.scope, self.call.id, both).await {
            tracing::warn!(%error, "the quality of a call can't be kept");
        }
    }

    async fn close_media(&mut self) {
        if let Some(node) = self.node.take() {
            let _ = self
                .world
                .media
                .request(
                    node,
                    Request::CloseRoom {
                        room: self.call.id.uuid(),
                    },
                )
                .await;
        }
    }
}
