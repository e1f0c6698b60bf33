/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The demo host: a Salesforce org (token endpoint, REST, SOAP and Bulk APIs), git repositories and
 * a sliver of a Kubernetes API behind one TLS port, for `./dev demo` and for the tests of real
 * clients. It shares no code with avouch: a mistake in ours must not be one of its own. */
#pragma once

#include <gnutls/abstract.h>
#include <json-glib/json-glib.h>
#include <libsoup/soup.h>
#include <stdbool.h>
#include <stdint.h>

/* What the host was started with. */
typedef struct {
  char *ca_file;
  char **certificates; /* PEM files: whose assertions are accepted */
  char *client_id;
  char *username;
  char *audience; /* NULL: the host's own URL */
  char *instance; /* NULL: the host's own URL */
  char *git_root; /* NULL: no repositories */
  int session;    /* seconds that a token lives */
  gboolean until_eof;
} HostOptions;

/* What it counted since it started; GET /control/stats. */
typedef struct {
  unsigned exchanges;    /* requests to the token endpoint, refused or not */
  unsigned refused;      /* of these */
  unsigned git;          /* authorised requests */
  unsigned kubernetes;   /* authorised requests */
  unsigned unauthorized; /* answered 401 */
  unsigned introspected; /* tokens asked after */
  unsigned revoked;      /* tokens */
} HostStats;

/* What POST /control/set asked for. */
typedef struct {
  char *refuse; /* the token endpoint's `error`; NULL: none */
  char *description;
  unsigned status;
  unsigned retry_after; /* seconds; 0: not said */
  unsigned delay_ms;    /* before the token endpoint answers */
  int64_t date_offset;  /* seconds that the host's clock is ahead */
  char *scope;          /* what the app's settings give each token */

  /* REST and Bulk 2.0 */
  unsigned records;     /* that there are */
  unsigned page;        /* records of a page, at most */
  unsigned rest_status; /* the next calls are refused so */
  char *rest_code;
  char *rest_message;
  unsigned rest_retry_after; /* seconds; 0: not said */
  unsigned rest_times;       /* how many of them */
  char *next_url;            /* NULL: the right one */
  char *bulk_id;             /* NULL: the right one */
  char *bulk_locator;        /* NULL: the right one */
  char *bulk_state;          /* for ever; NULL: as it should be */
  char *bulk_message;
  char *bulk_type;      /* NULL: text/csv */
  char *bulk_header;    /* of all pages but the first; NULL: the same */
  unsigned bulk_polls;  /* before the job is done */
  unsigned bulk_width;  /* bytes of a record, at least */
  unsigned bulk_break;  /* the connection breaks within this page, */
  unsigned bulk_breaks; /* so many times; */
  unsigned bulk_silent; /* or nothing more comes */
} HostFaults;

typedef struct {
  HostOptions options;
  SoupServer *server;
  char *url;
  GPtrArray *keys;       /* gnutls_pubkey_t, of options.certificates */
  GHashTable *tokens;    /* issued; to the monotonic µs at which each ends */
  GPtrArray *bulk1_jobs; /* NULL: none yet */
  GPtrArray *calls;      /* to REST: "GET /services/data?…" */
  unsigned bulk_jobs;    /* the last one's number; others are forgotten */
  unsigned bulk_polls;
  HostStats stats;
  HostFaults faults;
} Host;

#define USER_ID "005demo00000001" /* whom every token acts as */

/* Unix seconds by the host's own, perhaps wrong, clock. */
int64_t host_now (const Host *host);

/* The whole answer; takes OBJECT. */
void host_answer (SoupServerMessage *message, unsigned status, JsonObject *object);

/* A form's value; NULL if its escapes are malformed. The caller owns it. */
char *host_decode (const char *value);

/* token.c: POST /services/oauth2/token, and who holds what it issued. */
void token_serve (Host *host, SoupServerMessage *message, const char *path);
typedef enum {
  TOKEN_BEARER = 1 << 0,
  TOKEN_BASIC = 1 << 1, /* as the password of any user */
} TokenScheme;
/* Whether it is one of ours and has not ended; TOKEN may be NULL. */
bool token_is_live (Host *host, const char *token);
bool token_is_brought (Host *host, SoupServerMessage *message, unsigned schemes);

/* oauth.c: /services/oauth2/userinfo, introspect, revoke and register, and /id/…: what the org can
 * be asked about what it issued. */
void oauth_serve (Host *host, SoupServerMessage *message, const char *path);
#define OAUTH_INITIAL_TOKEN "demo.initial.access.token"

/* rest.c: /services/data… */
void rest_serve (Host *host, SoupServerMessage *message, const char *path);

/* git.c: /git/NAME.git/…, by git-http-backend. */
void git_serve (Host *host, SoupServerMessage *message, const char *path);

/* kubernetes.c: /version, /api and /apis. */
void kubernetes_serve (Host *host, SoupServerMessage *message, const char *path);

/* soap.c: POST /services/Soap/u/65.0 */
void soap_serve (Host *host, SoupServerMessage *message, const char *path);

/* bulk1.c: /services/async/65.0/job… */
void bulk1_serve (Host *host, SoupServerMessage *message, const char *path);

/* control.c: what tests ask and set. */
void control_serve (Host *host, SoupServerMessage *message, const char *path);
void control_reset (HostFaults *faults);
void control_clear (HostFaults *faults);
