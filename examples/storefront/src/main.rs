//! A small shop on real parts: `SQLite`, a CSV catalogue, three HTTP services of two replicas each,
//! which go down.
//!
//! `cargo run --release -p storefront` opens the shop, serves some thousands of customers while
//! first one warehouse and then both do not answer, and tells what dyno did about it. Start reading in `shop.rs`.
#![allow(unreachable_pub)] // a program: nothing is reachable from outside

mod args;
mod balanced;
mod catalogue;
mod customers;
mod error;
mod latency;
mod money;
mod notes;
mod noticed;
mod orders;
mod report;
mod run;
mod sale;
mod services;
mod shop;
mod summary;
mod tally;
mod tariff;

use std::error::Error;
use std::process::ExitCode;

use crate::args::{Args, Command, HELP};
use crate::summary::Summary;

#[tokio::main]
async fn main() -> ExitCode {
    match args::parse(std::env::args_os().skip(1)) {
        Ok(Command::Help) => {
            print!("{HELP}");
            ExitCode::SUCCESS
        }
        Ok(Command::Run(args)) => match keep_shop(&args).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("storefront: {error}");
                ExitCode::FAILURE
            }
        },
        Err(error) => {
            eprintln!("storefront: {error}");
            ExitCode::from(2)
        }
    }
}

async fn keep_shop(args: &Args) -> Result<(), Box<dyn Error>> {
    let shop = run::open(args).await?;
    if !args.json {
        println!("{}\n", shop.warm_up());
    }
    let day = shop.serve(args).await?;
    let summary = Summary::new(args, day);
    let default = (!args.json).then(|| std::env::temp_dir().join("storefront.svg"));
    let picture = args.picture.clone().or(default);
    if let Some(path) = &picture {
        std::fs::write(path, summary.measured.slowest.tree.to_svg())
            .map_err(|error| format!("the picture {}: {error}", path.display()))?;
    }
    if args.json {
        println!("{}", summary.to_json()?);
        return Ok(());
    }
    print!("{summary}");
    if let Some(path) = picture {
        println!("\nthe slowest request as a picture: {}", path.display());
    }
    Ok(())
}
