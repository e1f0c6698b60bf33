/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What SOAP and Bulk 1.0 find: few, but with all that XML and CSV must escape. */
#pragma once

typedef struct {
  const char *id;
  const char *name;
} Account;

static const Account accounts[] = {
  { "001demo00000000001", "Acme" },
  { "001demo00000000002", "Müller & Söhne <GmbH>" },
  { "001demo00000000003", "\"Quoted\", Inc." },
};
