/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One bounded HTTPS exchange: no redirect, TLS 1.2 or later, HTTP/1.1, one deadline in all, a body
 * of at most 1 MiB; or one of any length that goes piece by piece to where the caller wants it. */
#pragma once

#include "secret.h"
#include "url.h"

#include <gio/gio.h>

#define EXCHANGE_MAX_BODY    (1024 * 1024) /* bytes, undecoded */
#define EXCHANGE_MAX_INTERIM 16            /* answers of status 1xx before the answer */
#define EXCHANGE_TRIES       3

typedef struct {
  unsigned status;
  Secret *body;        /* empty where a sink had it */
  char *content_type;  /* NULL if none */
  char **headers;      /* all of them: name, value, …, NULL */
  int64_t date;        /* the server's clock, unix seconds; 0 if it did not say */
  int64_t retry_after; /* seconds; 0 if it did not say */
} ExchangeAnswer;

/* What belongs to the connection, or would contradict what the exchange says itself: a caller's
 * `headers` must not have it. NAME in any case; what is returned is how it is usually written.
 * NULL: it is none of these. */
const char *exchange_own_header (const char *name);

/* 2xx */
bool exchange_is_success (unsigned status);

void exchange_answer_free (ExchangeAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ExchangeAnswer, exchange_answer_free)

/* The first header of that name, in any case; NULL if there is none. Borrowed. */
const char *exchange_answer_header (const ExchangeAnswer *answer, const char *name);

/* Who takes the body of a 2xx answer as it comes, however long it is. What returns false with ERROR
 * set ends the exchange, with that error. */
typedef struct {
  bool (*begin) (const ExchangeAnswer *answer, void *data, GError **error); /* may be NULL */
  bool (*take) (const char *bytes, size_t length, void *data, GError **error);
  void *data;
} ExchangeSink;

typedef struct {
  const char *method; /* "POST" */
  const Url *url;
  const char *content_type;   /* NULL without a body */
  Secret *body;               /* NULL without one */
  const char *const *headers; /* name, value, …, NULL; or NULL */
  Secret *bearer;             /* the token of "Authorization: Bearer …"; NULL: none is sent */
  const char *token_header;   /* a header of which it is the whole value instead; or NULL */
  const ExchangeSink *sink;   /* borrowed; NULL: the body is collected */
  /* What may have been carried out is not sent again: after a 5xx only where it says 503 with a
   * Retry-After, which is a refusal to begin. */
  bool once;
} ExchangeCall;

typedef struct {
  const char *ca_file; /* trusted besides the system's store; NULL: none */
  const char *proxy;   /* NULL: none; or a URL such as http://host:port */
  int timeout;         /* seconds in all, tries and pauses included */
  int tries;           /* at most; 1 to EXCHANGE_TRIES */
  int verbose;         /* 1: a line on stderr for each try */
} ExchangeOptions;

/* Loads what the first exchange with this CA file (NULL: none) will need in a thread meanwhile: the
 * TLS module, and the system's store where nothing else is trusted. For a caller who has a key to
 * read and something to sign first. To be joined before the process ends. */
GThread *exchange_prepare (const char *ca_file);

/* Tries again after connect errors, 429 and 5xx while the deadline allows: after the answer's
 * Retry-After, which is not shortened (what does not fit is handed out at once), else after 0.2 s
 * and then 0.4 s. An answer of any status but 3xx is an answer; the last 429 or 5xx is handed out
 * too. Once a sink has the headers, `timeout` bounds each silence, not the whole. Errors: network
 * (with the host, and what is wrong: name, connection, certificate, time), protocol (redirect, body
 * too long, cut short), config (ca_file), and the sink's own. CANCELLABLE may be NULL. */
void exchange_send_async (const ExchangeCall *call, const ExchangeOptions *options,
                          GCancellable *cancellable, GAsyncReadyCallback callback, void *user_data);
ExchangeAnswer *exchange_send_finish (GAsyncResult *result, GError **error);
