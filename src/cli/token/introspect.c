/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "introspect.h"

#include "error.h"
#include "facts.h"
#include "i18n.h"
#include "moment.h"
#include "obtain.h"
#include "output.h"
#include "process.h"
#include "profile-key.h"
#include "status.h"
#include "text.h"
#include "token-call.h"
#include "writer.h"

static Introspection *
read_answer (const TokenCall *call, const Key *key, const ExchangeAnswer *answer, GError **error)
{
  const IssuerContext context = token_call_context (call, key);
  IssuerRefusal refusal;

  if (exchange_is_success (answer->status))
    return call->issuer->read_introspection (answer, process_now (), error);
  g_propagate_error (error, issuer_explain (call->issuer->explain, &context, answer, &refusal));
  return NULL;
}

static Introspection *
ask (const TokenCall *call, const Credential *credential, GError **error)
{
  g_autoptr (Key) key = NULL;
  g_auto (IssuerCall) what = { 0 };
  g_autoptr (ExchangeAnswer) answer = NULL;
  IssuerContext context;

  if (call->issuer->introspect == NULL)
    {
      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_USAGE,
                   _ ("this issuer does not say what became of a token"));
      return NULL;
    }
  key = profile_key_open (call->profile, call->invocation->environment, error);
  if (key == NULL)
    return NULL;
  context = token_call_context (call, key);
  if (!call->issuer->introspect (&context, credential, &what, error))
    return NULL;
  answer = token_call_send (call, &what, error);
  return answer != NULL ? read_answer (call, key, answer, error) : NULL;
}

static bool
correct_cache (const Invocation *call, const Request *request, const Credential *credential,
               const Introspection *told, GError **error)
{
  if (!told->active)
    return obtain_erase (request, credential->secret, call->environment, error);
  if (told->ends && told->expires_at < credential->expires_at)
    return obtain_shorten (request, credential, told->expires_at, call->environment, error);
  return true;
}

/* "2026-11-24T12:00:00Z (1 h 59 min left)" */
static char *
end_text (const Introspection *told)
{
  g_autofree char *end = NULL;
  g_autofree char *left = NULL;

  if (!told->ends)
    return NULL;
  end = text_format_utc (told->expires_at);
  left = moment_format_span (told->left);
  return g_strdup_printf (_ ("%s (%s left)"), end, left);
}

static bool
print_text (const Introspection *told, GError **error)
{
  g_autofree char *end = end_text (told);
  const Fact facts[] = {
    { _ ("active"),
      told->active ? _ ("yes") : _ ("no: it has ended or was revoked, and is no longer cached") },
    { _ ("ends"), end },
    { _ ("user"), told->username },
    { _ ("scopes"), told->scope },
    { _ ("app"), told->client_id },
    { _ ("type"), told->token_type },
  };
  g_autofree char *text = facts_render (facts, G_N_ELEMENTS (facts));

  return output_text (text, error);
}

static bool
print_json (const Profile *profile, const Introspection *told, GError **error)
{
  g_auto (SecretBuffer) output = { 0 };
  Writer writer = { .buffer = &output };

  writer_open (&writer, NULL, '{');
  writer_string (&writer, "profile", profile_name (profile));
  writer_bool (&writer, "active", told->active);
  if (told->ends)
    {
      writer_time (&writer, "expires", told->expires_at);
      writer_int (&writer, "seconds_left", told->left);
    }
  writer_string (&writer, "username", told->username);
  writer_string (&writer, "scope", told->scope);
  writer_string (&writer, "client_id", told->client_id);
  writer_string (&writer, "token_type", told->token_type);
  writer_close (&writer, '}');
  return output_buffer (&output, error);
}

bool
introspect_token (const Invocation *call, const Profile *profile, const Request *request,
                  const Credential *credential, bool json, GError **error)
{
  g_auto (TokenCall) about = { 0 };
  g_autoptr (GError) cause = NULL;
  g_autoptr (Introspection) told = NULL;

  if (token_call_open (&about, call, profile, &cause))
    told = ask (&about, credential, &cause);
  if (told == NULL || !correct_cache (call, request, credential, told, &cause))
    {
      error_add_prefix (cause, profile_name (profile));
      g_propagate_error (error, g_steal_pointer (&cause));
      return false;
    }
  return json ? print_json (profile, told, error) : print_text (told, error);
}
