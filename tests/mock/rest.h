/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the REST and Bulk 2.0 APIs share. */
#pragma once

#include "host.h"

#define REST_VERSION "65.0"
#define REST_PLACE   "/services/data/v" REST_VERSION

/* TEXT is taken. */
void rest_answer (SoupServerMessage *message, unsigned status, char *text);
/* [{"errorCode","message"}] */
void rest_refuse (SoupServerMessage *message, unsigned status, const char *code,
                  const char *reason);
/* The body, where it is declared to be JSON and is an object; the caller owns it. */
JsonObject *rest_body (SoupServerMessage *message);

/* bulk.c: what follows …/jobs/query. */
void bulk_serve (Host *host, SoupServerMessage *message, const char *rest, GHashTable *query);
