//! How the sum comes about: line by line, and block by block.

use crate::{
    app::calls::CallBill,
    domain::{call::bill::Line, policy, pricing, time::Moment},
    web::pages::views::{Amount, BillBlock, BillBlockKind, BillLine, Increment, Message},
};

pub(in crate::web::pages) fn increment(increment: policy::Increment) -> Increment {
    match increment {
        policy::Increment::Second => Increment::Second,
        policy::Increment::Minute => Increment::Minute,
        policy::Increment::Block { seconds } => Increment::Block { seconds },
    }
}

/// How the sum comes about: what was free, what was talked, what the minimum adds.
pub fn bill_lines(bill: &CallBill) -> Vec<BillLine> {
    let (record, terms) = (&bill.bill, &bill.call.terms);
    let amount = |minor| Amount::new(minor, bill.call.currency.code());
    let used_s = record.charged_s - record.minimum_s;
    let (unit, key) = match terms.policy.increment {
        policy::Increment::Second => (1, "bill.seconds"),
        policy::Increment::Minute => (60, "bill.minutes"),
        policy::Increment::Block { seconds } => (i64::from(seconds.max(1)), "bill.blocks_of"),
    };
    let used_minor = pricing::time_price_minor(terms.rate_minor, used_s);
    let mut lines = Vec::new();
    if record.grace_ms > 0 {
        let text = Message::new("bill.grace");
        lines.push(BillLine {
            text,
            seconds: record.grace_ms / 1_000,
            amount: amount(0),
        });
    }
    if used_s > 0 {
        let text = Message::new(key)
            .with("count", used_s / unit)
            .with("length", unit)
            .with("rate", amount(terms.rate_minor));
        lines.push(BillLine {
            text,
            seconds: used_s,
            amount: amount(used_minor),
        });
    }
    if record.minimum_s > 0 {
        let text = Message::new("bill.minimum").with("length", record.charged_s);
        lines.push(BillLine {
            text,
            seconds: record.minimum_s,
            amount: amount(record.charged_minor - used_minor),
        });
    }
    let addons_minor: i64 = bill.addons.iter().map(|addon| addon.price_minor).sum();
    let not_used_minor = bill.beyond_minor() - addons_minor;
    if not_used_minor < 0 && bill.beyond_minor() > 0 {
        // The seller ended it: of what was ordered besides only a part is due.
        lines.push(BillLine {
            text: Message::new("bill.addons_part"),
            seconds: 0,
            amount: amount(bill.beyond_minor()),
        });
    } else if not_used_minor >= 0 {
        let addons = bill.addons.iter().map(|addon| BillLine {
            text: Message::new("bill.addon").with("title", addon.title.clone()),
            seconds: 0,
            amount: amount(addon.price_minor),
        });
        lines.extend(addons);
    }
    if not_used_minor > 0 {
        lines.push(BillLine {
            text: Message::new("bill.not_used"),
            seconds: bill.prepaid_s.map_or(0, |prepaid_s| prepaid_s - record.charged_s),
            amount: amount(not_used_minor),
        });
    }
    let due = bill.due.unwrap_or_default();
    for (key, minor) in [("bill.fee", due.fee_minor()), ("bill.tax", due.tax_on_top_minor())] {
        if minor > 0 {
            lines.push(BillLine {
                text: Message::new(key),
                seconds: 0,
                amount: amount(minor),
            });
        }
    }
    lines
}

/// The tax that is in the prices of the lines.
pub(super) fn tax_within(bill: &CallBill) -> Option<i64> {
    let on_top = bill.due.map_or(0, |due| due.tax_on_top_minor());
    Some(bill.tax_minor() - on_top).filter(|minor| *minor > 0)
}

/// Every block with its place in time; time that only the minimum adds follows the last instant.
pub(super) fn blocks(bill: &CallBill) -> Vec<BillBlock> {
    let record = &bill.bill;
    let Some(last) = record.billed.last().map(|span| span.to) else {
        return Vec::new();
    };
    let amount = |minor| Amount::new(minor, bill.call.currency.code());
    let ends = record
        .lines
        .iter()
        .skip(1)
        .map(|line| line.started_at.unwrap_or(last))
        .chain([last]);
    let block = |(number, (line, end)): (u32, (&Line, Moment))| BillBlock {
        number,
        kind: if line.started_at.is_some() {
            BillBlockKind::Charged
        } else {
            BillBlockKind::Minimum
        },
        from: line.started_at.unwrap_or(last).timestamp(),
        to: end.timestamp(),
        seconds: line.to_s - line.from_s,
        amount: amount(line.amount_minor),
    };
    (1..).zip(record.lines.iter().zip(ends)).map(block).collect()
}
