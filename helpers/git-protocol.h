/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What git's credential helpers read and write: git-credential(1), "INPUT/OUTPUT FORMAT". */
#pragma once

#include "credential.h"
#include "request.h"

#define GIT_MAX_LINE    65535         /* bytes, without the line feed */
#define GIT_MAX_REQUEST (1024 * 1024) /* bytes */

typedef struct {
  char *protocol; /* never NULL or empty */
  char *host;     /* likewise; may carry ":port" */
  char *path;     /* NULL: not given, or empty */
  char *username; /* likewise */
  bool has_empty_username;
  Secret *password;
  Secret *credential;       /* the same for an authtype of its own */
  char *authtype;           /* the word before it: "Bearer"; NULL: not given */
  char *password_expiry;    /* unix seconds as git wrote them; NULL: not given */
  Secret *refresh_token;    /* oauth_refresh_token */
  bool ephemeral;           /* not to be kept */
  bool takes_authtype;      /* capability[]=authtype was offered */
  bool was_challenged;      /* the server's WWW-Authenticate is known … */
  bool is_bearer_challenge; /* … and names Bearer */
} GitRequest;

/* Reads FD up to an empty line or its end. Errors: protocol (nothing there, or too much),
 * internal. */
Secret *git_request_read (int fd, GError **error);

/* Unknown attributes are ignored. Errors (protocol, never with the content): a line that is no
 * attribute or too long, a CR or NUL, a control character in what names the place, a missing, empty
 * or repeated protocol or host. */
GitRequest *git_request_parse (const Secret *text, GError **error);
void git_request_free (GitRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GitRequest, git_request_free)

/* The place that git wants to reach. Errors: protocol; unserved for what is in order but never
 * ours (another protocol, plain http to another machine). */
Request *git_request_place (const GitRequest *request, const char *profile, GError **error);

/* Appends the answer. Errors: protocol (the credential would break git's lines), config (it is of a
 * kind that git has no use for). */
bool git_answer_append (const GitRequest *request, const Credential *credential,
                        SecretBuffer *answer, GError **error);
