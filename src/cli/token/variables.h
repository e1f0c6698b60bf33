/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The environment of a command that is given a credential. */
#pragma once

#include "credential.h"
#include "issuer.h"

/* Start from { 0 }. */
typedef struct {
  char **list;      /* "NAME=value", …, NULL; its strings are borrowed */
  GPtrArray *owned; /* Secret: those that are ours */
} Variables;

/* INHERITED (borrowed, it must outlive VARIABLES) without what a credential of ISSUER replaces, and
 * with its token, instance URL and expiry under avouch's names and the issuer's own. Errors: as of
 * instance_base, where the issuer has an instance. */
bool variables_fill (Variables *variables, char *const *inherited, const Issuer *issuer,
                     const Profile *profile, const Credential *credential, GError **error);
void variables_clear (Variables *variables);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Variables, variables_clear)
