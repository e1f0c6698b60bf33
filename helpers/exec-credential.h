/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ExecCredential, what client-go and its credential plugins tell each other: Kubernetes' reference
 * "Client Authentication (v1)" and "(v1beta1)". */
#pragma once

#include "credential.h"
#include "request.h"

typedef struct {
  const char *api_version; /* the answer must have the same; static */
  Url *server;             /* spec.cluster.server; NULL: the kubeconfig does not pass it on */
} ExecRequest;

/* TEXT is the value of KUBERNETES_EXEC_INFO. Unknown members are ignored. Errors: protocol, naming
 * the member; a hint where the kubeconfig is to be changed. */
ExecRequest *exec_request_parse (const char *text, GError **error);
void exec_request_free (ExecRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ExecRequest, exec_request_free)

/* The place that kubectl wants to reach; takes REQUEST's server. Error: config, if neither PROFILE
 * nor the server is known. */
Request *exec_request_place (ExecRequest *request, const char *profile, GError **error);

/* Appends the answer, one line. Errors: protocol (the token would not fit a header), config (the
 * credential is no bearer token). */
bool exec_answer_append (const ExecRequest *request, const Credential *credential,
                         SecretBuffer *answer, GError **error);
