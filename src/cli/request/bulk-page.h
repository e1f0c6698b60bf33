/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One page of a result: CSV by RFC 4180, whose header line only the first page leaves in place. */
#pragma once

#include "bulk.h"

#define BULK_MAX_HEADER  (256 * 1024) /* bytes of the header line */
#define BULK_MAX_LOCATOR 512          /* bytes */

typedef struct {
  /* in */
  int fd;
  const char *place;  /* what FD is, for messages */
  const char *header; /* the first page's line, without its end; NULL: this is the first page */
  void (*tell) (int64_t records, int64_t bytes, void *data); /* how far it has come */
  void *data;
  /* out */
  GString *first;  /* this page's header line, without its end */
  int64_t records; /* without the header line */
  int64_t bytes;   /* written */
  char *next;      /* the locator of the next page; NULL: there is none */
  bool unusable;   /* the fault is not the network's: another try would end alike */
  /* on the way */
  bool headed;       /* the header line is whole */
  bool quoted;       /* within quotes */
  char last;         /* byte written */
  int64_t announced; /* records; -1: not said */
} BulkPage;
void bulk_page_clear (BulkPage *page);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BulkPage, bulk_page_clear)

/* Bounded, printable, and not the word that means none. */
bool bulk_page_is_locator (const char *locator);

/* Fetches the page at LOCATOR (NULL: the first) of a job into FD. PAGE starts from what is "in".
 * Errors: refused, network, protocol, internal (FD cannot be written). */
bool bulk_page_fetch (Api *api, const BulkOptions *options, const char *job, const char *locator,
                      BulkPage *page, GError **error);
