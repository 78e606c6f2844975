//! A field is lent for the time of the call, so that it can be shown as it was.

use dyno::harness;

#[harness(fields(sku))]
fn moved(sku: String) -> Result<String, String> {
    if sku.is_empty() { Err(sku) } else { Ok(sku) }
}

#[harness(fields(rows))]
fn changed(rows: &mut Vec<u8>) -> Option<()> {
    rows.push(1);
    None
}

#[harness(fields(sku))]
async fn moved_by_a_future(sku: String) -> Option<usize> {
    std::future::ready(()).await;
    Some(sku.into_bytes().len())
}

#[harness(keep = MANY)]
fn many() -> Option<u8> {
    None
}
const MANY: u32 = 2000;

fn main() {}
