//! A name server on this machine, which says what the test tells it to.

use hickory_resolver::proto::{
    op::{Message, ResponseCode},
    rr::{RData, Record, RecordType, rdata::TXT},
};
use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex},
};
use tokio::net::UdpSocket;

/// What it says.
#[derive(Default)]
struct Zone {
    texts: HashMap<String, Vec<String>>,
    addresses: HashMap<String, Vec<IpAddr>>,
    mood: Mood,
    asked: usize,
}

/// How it answers.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub enum Mood {
    /// What it knows.
    #[default]
    Well,
    /// That it can't say.
    Failing,
    /// Not at all.
    Silent,
}

/// The name server.
#[derive(Clone)]
pub struct TestDns {
    pub address: SocketAddr,
    zone: Arc<Mutex<Zone>>,
}

impl TestDns {
    pub async fn start() -> Self {
        let socket = UdpSocket::bind(("127.0.0.1", 0)).await.expect("a port");
        let address = socket.local_addr().expect("an address");
        let zone = Arc::<Mutex<Zone>>::default();
        let known = Arc::clone(&zone);
        tokio::spawn(async move {
            let mut packet = [0; 4_096];
            while let Ok((length, from)) = socket.recv_from(&mut packet).await {
                let answer = answer(&mut known.lock().expect("the zone"), &packet[..length]);
                if let Some(answer) = answer {
                    socket.send_to(&answer, from).await.ok();
                }
            }
        });
        Self { address, zone }
    }

    /// Has a name say these texts; none takes it away.
    pub fn put(&self, name: &str, texts: &[&str]) {
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        self.zone
            .lock()
            .expect("the zone")
            .texts
            .insert(format!("{name}."), texts);
    }

    /// Has a name lead to these addresses.
    pub fn point(&self, name: &str, to: &[&str]) {
        let to = to.iter().map(|address| address.parse().expect("an address")).collect();
        self.zone
            .lock()
            .expect("the zone")
            .addresses
            .insert(format!("{name}."), to);
    }

    pub fn mood(&self, mood: Mood) {
        self.zone.lock().expect("the zone").mood = mood;
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.zone.lock().expect("the zone").asked
    }
}

fn answer(zone: &mut Zone, packet: &[u8]) -> Option<Vec<u8>> {
    let question = Message::from_vec(packet).expect("a question");
    let query = question.queries.first().expect("a query").clone();
    zone.asked += 1;
    let mut message = Message::response(question.metadata.id, question.metadata.op_code);
    message.metadata.recursion_desired = true;
    message.metadata.recursion_available = true;
    message.add_query(query.clone());
    match zone.mood {
        Mood::Silent => return None,
        Mood::Failing => message.metadata.response_code = ResponseCode::ServFail,
        Mood::Well if query.query_type() != RecordType::TXT => {
            let known = zone.addresses.get(&query.name().to_string().to_lowercase());
            match known {
                None => message.metadata.response_code = ResponseCode::NXDomain,
                Some(addresses) => {
                    for data in addresses.iter().map(|address| RData::from(*address)) {
                        if data.record_type() == query.query_type() {
                            message.add_answer(Record::from_rdata(query.name().clone(), 60, data));
                        }
                    }
                }
            }
        }
        Mood::Well => {
            let texts = zone.texts.get(&query.name().to_string().to_lowercase());
            match texts.filter(|texts| !texts.is_empty()) {
                None => message.metadata.response_code = ResponseCode::NXDomain,
                Some(texts) => {
                    for text in texts {
                        let data = RData::TXT(TXT::new(vec![text.clone()]));
                        message.add_answer(Record::from_rdata(query.name().clone(), 60, data));
                    }
                }
            }
        }
    }
    Some(message.to_vec().expect("an answer"))
}
