/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One call, and where its answer goes. */
#pragma once

#include "api.h"
#include "request-draft.h"

/* The answer's body, as it comes, to standard output or a file. A refusal's goes to standard output
 * where it is text, and is an error: refused, network. */
bool request_send (Api *api, const RequestDraft *draft, const RequestOptions *options,
                   GError **error);

/* request-pages.c: the same for a query whose answer comes in pages: each is a line (a document),
 * or each record of them is. */
#define REQUEST_MAX_PAGE (64 * 1024 * 1024) /* bytes */
bool request_send_pages (Api *api, const RequestDraft *draft, const RequestOptions *options,
                         GError **error);

/* ERROR for an answer that is none of 2xx; its body is printed first. */
void request_refuse (const Api *api, const ExchangeAnswer *answer, GError **error);
