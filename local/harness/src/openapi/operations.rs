//! Every route, as the template has them.

use gateway_wire::http::requests::{
    DiscardRequest, PaymentRequest, ReserveRequest, ReviewRequest, WebhookRequest,
};
use gateway_wire::http::{
    AcceptedBody, DeadLetterDetailBody, DeadLettersBody, EventsBody, NewProductBody, PaymentBody,
    ProductBody, ProductPatchBody, ProductsBody, ReservationBody, ReviewBody, SeededBody,
};
use gateway_wire::schema::{IdempotencyKey, LetterStateText, PageLimit, SearchText, Ulid, WaitSeconds};
use serde_json::{Map, Value};

use super::operation::{Body, Caller, Operation, Parameter, of};

const fn parameter(
    place: &'static str,
    name: &'static str,
    schema: Body,
    description: &'static str,
) -> Parameter {
    Parameter { name, place, schema, description }
}

const ID: Parameter = parameter("path", "id", of::<Ulid>, "Its id.");
const LIMIT: Parameter =
    parameter("query", "limit", of::<PageLimit>, "The most items on the page: 1 to 200.");
const CURSOR: Parameter = parameter("query", "cursor", of::<String>, "The `next` of the page before.");
const UNREADABLE: (u16, &str) = (400, "invalid_json, body_not_base64");

/// An operation of no body, no parameters and no problems of its own.
const fn plain(
    method: &'static str,
    path: &'static str,
    id: &'static str,
    caller: Caller,
    summary: &'static str,
) -> Operation {
    Operation {
        method,
        path,
        id,
        summary,
        caller,
        parameters: &[],
        request: None,
        answers: &[],
        problems: &[],
    }
}

/// The table.
pub const OPERATIONS: &[Operation] = &[
    Operation {
        answers: &[(201, "The sample products are there.", Some(of::<SeededBody>))],
        ..plain("POST", "/", "seed", Caller::Admin, "Seeds 46 sample products; those that are there stay.")
    },
    Operation {
        request: Some(of::<NewProductBody>),
        answers: &[
            (201, "Made; `Location` names it.", Some(of::<ProductBody>)),
            (200, "Made before, with the same id.", Some(of::<ProductBody>)),
        ],
        problems: &[UNREADABLE, (409, "product_exists"), (422, "invalid_request, invalid_shape")],
        ..plain("POST", "/products", "createProduct", Caller::Admin, "Makes a product.")
    },
    Operation {
        parameters: &[
            ID,
            parameter(
                "header",
                "If-Match",
                of::<String>,
                "The entity tag that the change is meant for; `*` for any. A restock wants one.",
            ),
        ],
        request: Some(of::<ProductPatchBody>),
        answers: &[(200, "Changed.", Some(of::<ProductBody>))],
        problems: &[
            UNREADABLE,
            (404, "product_not_found"),
            (409, "out_of_stock, overstocked"),
            (412, "version_differs"),
            (422, "invalid_request, invalid_shape, nothing_to_change"),
            (428, "precondition_required"),
        ],
        ..plain("PATCH", "/products/{id}", "patchProduct", Caller::Admin, "Changes name, price or stock.")
    },
    Operation {
        parameters: &[LIMIT, CURSOR],
        answers: &[(200, "A page.", Some(of::<ProductsBody>))],
        problems: &[(400, "invalid_query, invalid_cursor")],
        ..plain("GET", "/findAll", "findAll", Caller::User, "All products, page by page.")
    },
    Operation {
        parameters: &[ID],
        answers: &[(200, "The product, as the table has it now.", Some(of::<ProductBody>))],
        problems: &[(404, "product_not_found")],
        ..plain("GET", "/findById/{id}", "findById", Caller::User, "One product.")
    },
    Operation {
        parameters: &[parameter("path", "name", of::<SearchText>, "A part of the name."), LIMIT, CURSOR],
        answers: &[(200, "A page.", Some(of::<ProductsBody>))],
        problems: &[(400, "invalid_name, invalid_query, invalid_cursor")],
        ..plain(
            "GET",
            "/findByName/{name}",
            "findByName",
            Caller::User,
            "Products whose name contains the text, whatever case and accents.",
        )
    },
    Operation {
        request: Some(of::<ReserveRequest>),
        answers: &[(201, "Held; `Location` names it.", Some(of::<ReservationBody>))],
        problems: &[
            UNREADABLE,
            (404, "product_unknown"),
            (409, "out_of_stock"),
            (422, "invalid_request, price_differs, total_differs"),
        ],
        ..plain("POST", "/reserve", "reserve", Caller::User, "Holds units of a product for a while.")
    },
    Operation {
        parameters: &[ID],
        answers: &[(200, "The reservation.", Some(of::<ReservationBody>))],
        problems: &[(404, "reservation_unknown")],
        ..plain("GET", "/reservations/{id}", "getReservation", Caller::User, "One's own reservation.")
    },
    Operation {
        parameters: &[ID],
        answers: &[(204, "Released, now or before.", None)],
        problems: &[(404, "reservation_unknown"), (409, "already_paid, payment_in_progress")],
        ..plain("DELETE", "/reservations/{id}", "releaseReservation", Caller::User, "Gives the stock back.")
    },
    Operation {
        parameters: &[parameter(
            "header",
            "Idempotency-Key",
            of::<IdempotencyKey>,
            "Same key and payload: the same payment. Remembered for 24 hours.",
        )],
        request: Some(of::<PaymentRequest>),
        answers: &[(202, "Accepted and queued; `Location` names it.", Some(of::<AcceptedBody>))],
        problems: &[
            (400, "invalid_json, body_not_base64, invalid_idempotency_key"),
            (404, "reservation_unknown"),
            (
                409,
                "duplicate_payment, idempotency_in_flight, already_paid, payment_in_progress, reservation_expired, reservation_released",
            ),
            (422, "invalid_request, idempotency_key_reused, mismatch"),
        ],
        ..plain("POST", "/payment", "pay", Caller::User, "Accepts a payment for a reservation.")
    },
    Operation {
        parameters: &[
            ID,
            parameter(
                "query",
                "wait",
                of::<WaitSeconds>,
                "Seconds to wait, up to 20, until it has ended or changed.",
            ),
            parameter("header", "If-None-Match", of::<String>, "The entity tag that is known already."),
        ],
        answers: &[
            (200, "Where it stands, and its story.", Some(of::<PaymentBody>)),
            (304, "It has not changed.", None),
        ],
        problems: &[(400, "invalid_query"), (404, "payment_unknown")],
        ..plain("GET", "/payments/{id}", "getPayment", Caller::User, "What became of one's own payment.")
    },
    Operation {
        parameters: &[ID],
        answers: &[(200, "Its story, in order.", Some(of::<EventsBody>))],
        problems: &[(404, "payment_unknown")],
        ..plain(
            "GET",
            "/payments/{id}/events",
            "getPaymentEvents",
            Caller::User,
            "The payment's story alone.",
        )
    },
    Operation {
        parameters: &[ID],
        request: Some(of::<ReviewRequest>),
        answers: &[(200, "Ended so, now or before.", Some(of::<ReviewBody>))],
        problems: &[
            UNREADABLE,
            (404, "payment_unknown"),
            (
                409,
                "not_in_review, already_final, too_early, psp_says_otherwise, psp_knows_no_charge, charge_mismatch, charge_left, cancel_refused, not_ended",
            ),
            (422, "invalid_request, charge_id_required"),
        ],
        ..plain(
            "POST",
            "/payments/{id}/review",
            "reviewPayment",
            Caller::Admin,
            "Says how a payment under review ended. The PSP is asked first and never contradicted.",
        )
    },
    Operation {
        parameters: &[
            LIMIT,
            CURSOR,
            parameter("query", "state", of::<LetterStateText>, "Only letters in this state."),
        ],
        answers: &[(200, "A page, newest first.", Some(of::<DeadLettersBody>))],
        problems: &[(400, "invalid_query, invalid_cursor")],
        ..plain("GET", "/dead-letters", "listDeadLetters", Caller::Admin, "What could not be processed.")
    },
    Operation {
        parameters: &[ID],
        answers: &[(200, "Where it came from, why, and what to do.", Some(of::<DeadLetterDetailBody>))],
        problems: &[(404, "dead_letter_unknown")],
        ..plain("GET", "/dead-letters/{id}", "getDeadLetter", Caller::Admin, "One dead letter.")
    },
    Operation {
        parameters: &[ID],
        answers: &[(200, "Produced again, now or before.", Some(of::<DeadLetterDetailBody>))],
        problems: &[
            (404, "dead_letter_unknown"),
            (409, "redrive_in_progress, earlier_letter_open, dead_letter_closed"),
            (422, "not_redrivable"),
        ],
        ..plain(
            "POST",
            "/dead-letters/{id}/redrive",
            "redriveDeadLetter",
            Caller::Admin,
            "Produces the record again, once, behind the others of its key.",
        )
    },
    Operation {
        parameters: &[ID],
        request: Some(of::<DiscardRequest>),
        answers: &[(200, "Discarded, now or before.", Some(of::<DeadLetterDetailBody>))],
        problems: &[
            UNREADABLE,
            (404, "dead_letter_unknown"),
            (409, "dead_letter_closed"),
            (422, "invalid_request"),
        ],
        ..plain(
            "POST",
            "/dead-letters/{id}/discard",
            "discardDeadLetter",
            Caller::Admin,
            "Says that nothing is to be done, and why.",
        )
    },
    Operation {
        parameters: &[parameter(
            "header",
            "x-authenticity-token",
            of::<String>,
            "The PSP's signature: SHA-256 over its token and the body.",
        )],
        request: Some(of::<WebhookRequest>),
        answers: &[(200, "Heard.", Some(of::<Map<String, Value>>))],
        problems: &[(401, "webhook_not_authentic")],
        ..plain("POST", "/webhooks/pagbank", "hearPagBank", Caller::Anyone, "The PSP's hints; its own route.")
    },
    Operation {
        answers: &[(200, "This document.", Some(of::<Map<String, Value>>))],
        ..plain("GET", "/openapi.json", "describeApi", Caller::Anyone, "This document.")
    },
];
