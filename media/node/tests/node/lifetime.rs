//! When a node, its connections and its rooms begin and end.

use crate::control::{ControlPlane, Node, soon};
use std::time::Duration;
use tallyroom_media_protocol::{ControlMessage, RefusalKind, Request};
use uuid::Uuid;

#[tokio::test]
async fn hello_is_said_again_after_every_loss() {
    let control = ControlPlane::start().await;
    let _node = Node::start(&control.url, &["--capacity", "33"]);
    let refused = control.accept().await;
    assert_eq!(refused.capacity, 33);
    let id = refused.node;
    drop(refused);
    for _ in 0..3 {
        assert_eq!(control.welcome().await.node, id, "the same process");
    }
}

#[tokio::test]
async fn rooms_outlive_a_lost_connection() {
    let control = ControlPlane::start().await;
    let _node = Node::start(&control.url, &[]);
    let mut before = control.welcome().await;
    let room = Uuid::new_v4();
    let mut member = before.join(room).await;
    let producer = before.produce(&mut member, false).await;
    drop(before);
    let mut after = control.welcome().await;
    let flow = after.flow(|peers| !peers.is_empty()).await;
    assert_eq!((flow.len(), flow[0].room, flow[0].peer), (1, room, member.peer));
    let other = after.join(room).await;
    assert_eq!(after.consume(&other, &[producer]).await.len(), 1);
}

#[tokio::test]
async fn rooms_end_when_their_control_plane_stays_away() {
    let (lost, kept) = (ControlPlane::start().await, ControlPlane::start().await);
    let _node = Node::start(
        &format!("{},{}", lost.url, kept.url),
        &["--keep-rooms", "1", "--capacity", "2"],
    );
    let (mut gone, mut there) = (lost.welcome().await, kept.welcome().await);
    assert_eq!(gone.node, there.node);
    gone.join(Uuid::new_v4()).await;
    let mine = there.join(Uuid::new_v4()).await;
    let flow = there.flow(|peers| !peers.is_empty()).await;
    assert!(
        flow.iter().all(|peer| peer.room == mine.room),
        "only one's own rooms are told"
    );
    assert_eq!(
        there.refused(join()).await,
        RefusalKind::Full,
        "the other's room still counts"
    );
    drop((gone, lost));
    let freed = async {
        while there.request(join()).await.is_err() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    soon("room closed", freed).await;
    there
        .flow(|peers| peers.iter().any(|peer| peer.room == mine.room))
        .await;
}

fn join() -> Request {
    Request::Join {
        room: Uuid::new_v4(),
        peer: Uuid::new_v4(),
        send: false,
    }
}

#[tokio::test]
async fn a_room_follows_whoever_joins_it() {
    let (first, second) = (ControlPlane::start().await, ControlPlane::start().await);
    let _node = Node::start(&format!("{},{}", first.url, second.url), &["--keep-rooms", "1"]);
    let (mut failing, mut heir) = (first.welcome().await, second.welcome().await);
    let member = failing.join(Uuid::new_v4()).await;
    heir.join(member.room).await;
    let flow = heir.flow(|peers| peers.len() == 2).await;
    assert!(flow.iter().any(|peer| peer.peer == member.peer));
    failing.flow(|peers| peers.is_empty()).await;
}

#[tokio::test]
async fn a_drained_node_finishes_what_runs() {
    let control = ControlPlane::start().await;
    let mut node = Node::start(&control.url, &[]);
    let mut connection = control.welcome().await;
    let member = connection.join(Uuid::new_v4()).await;
    connection.send(&ControlMessage::Drain).await;
    assert_eq!(connection.refused(join()).await, RefusalKind::Full);
    let back = connection.join(member.room).await;
    connection.done(member.leave()).await;
    connection.flow(|peers| peers.len() == 1).await;
    connection.done(back.leave()).await;
    assert!(node.exit().await.success());
}

#[tokio::test]
async fn an_idle_node_drains_at_once() {
    let control = ControlPlane::start().await;
    let mut node = Node::start(&control.url, &[]);
    control.welcome().await.send(&ControlMessage::Drain).await;
    assert!(node.exit().await.success());
}

#[tokio::test]
async fn nodes_share_a_range_of_ports() {
    let control = ControlPlane::start().await;
    let two_ports = ["--ports", "43990-43991"];
    let mut nodes: Vec<Node> = (0..2).map(|_| Node::start(&control.url, &two_ports)).collect();
    let _both = (control.welcome().await, control.welcome().await);
    let mut third = Node::start(&control.url, &two_ports);
    assert_eq!(third.exit().await.code(), Some(1), "no port is left");
    nodes[0].terminate();
    assert!(nodes[0].exit().await.success());
    nodes[0] = Node::start(&control.url, &two_ports);
    control.welcome().await;
}

#[tokio::test]
async fn a_node_without_control_plane_ends() {
    let control = ControlPlane::start().await;
    let mut node = Node::start(&control.url, &["--orphaned", "1"]);
    drop(control.welcome().await);
    drop(control);
    assert_eq!(node.exit().await.code(), Some(1));
}

#[tokio::test]
async fn bad_settings_end_it_at_the_start() {
    assert_eq!(Node::start("https://example.org", &[]).exit().await.code(), Some(2));
}
