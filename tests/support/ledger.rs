//! A gateway that writes down what it gives back, so that several processes, one after the other, leave one record.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use matchmaking_core::ports::payment::{
    CreatedPayment, NewPayment, Notice, PaymentError, PaymentGateway, RawNotice, Refund,
};

/// Another gateway, and the file in which each refund is a line: the payment, the refund's name, the amount in fen.
pub(crate) struct Ledger {
    gateway: Arc<dyn PaymentGateway>,
    file: PathBuf,
}

impl Ledger {
    pub(crate) fn new(gateway: Arc<dyn PaymentGateway>, file: PathBuf) -> Self {
        Self { gateway, file }
    }
}

#[async_trait]
impl PaymentGateway for Ledger {
    async fn create(&self, payment: &NewPayment) -> Result<CreatedPayment, PaymentError> {
        self.gateway.create(payment).await
    }

    async fn refund(&self, refund: &Refund) -> Result<(), PaymentError> {
        let mut file = OpenOptions::new().create(true).append(true).open(&self.file).unwrap();
        // At once, so that a killed process leaves no half of a line.
        let line = format!("{} {} {}\n", refund.order_no, refund.refund_no, refund.amount_fen);
        file.write_all(line.as_bytes()).unwrap();
        self.gateway.refund(refund).await
    }

    async fn verify(&self, raw: &RawNotice) -> Result<Notice, PaymentError> {
        self.gateway.verify(raw).await
    }
}

/// What was given back by this file. One name is one refund, however often it was asked for.
pub(crate) fn given_back(file: &Path) -> BTreeSet<String> {
    std::fs::read_to_string(file).unwrap_or_default().lines().map(str::to_owned).collect()
}
