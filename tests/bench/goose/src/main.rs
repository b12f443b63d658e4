//! models/http_user.py for goose: nothing but requests. Its options are goose's own.

use goose::prelude::*;

#[tokio::main]
async fn main() -> Result<(), GooseError> {
    GooseAttack::initialize()?
        .register_scenario(scenario!("Requester").register_transaction(transaction!(index)))
        .execute()
        .await?;
    Ok(())
}

async fn index(user: &mut GooseUser) -> TransactionResult {
    user.get("").await?;
    Ok(())
}
