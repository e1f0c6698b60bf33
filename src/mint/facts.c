/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an issuer must tell before a login can be built. */
#include "login.h"

#include "error.h"
#include "i18n.h"
#include "process.h"
#include "text.h"

#include <string.h>

static bool
is_line (const char *fact)
{
  return strlen (fact) <= ISSUER_MAX_FACT && !text_has_control (fact, strlen (fact));
}

static char *
ask_fact (Login *login, const IssuerFact *fact, GError **error)
{
  const LoginStep step = { fact->build,
                           fact->explain != NULL ? fact->explain : login->issuer->explain };
  g_autoptr (ExchangeAnswer) answer = login_consult (login, &step, error);
  g_autofree char *value = answer != NULL ? fact->read (&login->context, answer, error) : NULL;

  if (value == NULL || is_line (value))
    return g_steal_pointer (&value);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_PROTOCOL,
               _ ("the issuer's answer is not usable: %s"), fact->name);
  return NULL;
}

static void
keep_fact (Login *login, const IssuerFact *fact, const char *name, const char *value)
{
  if (login->cache != NULL)
    cache_store_fact (login->cache, name, profile_name (login->job->profile), value, process_now (),
                      fact->lifetime);
}

/* Remembered, or asked for now. */
static bool
learn_fact (Login *login, const IssuerFact *fact, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autofree char *topic = fact->topic (&login->context, &reason);
  g_autofree char *name =
      topic != NULL ? cache_fact_name (login->job->profile, fact->name, topic) : NULL;
  g_autofree char *value = name != NULL && login->cache != NULL && !login->forgetful
                               ? cache_load_fact (login->cache, name, process_now ())
                               : NULL;

  if (value != NULL)
    login->remembered = true;
  else if (name != NULL && (value = ask_fact (login, fact, &reason)) != NULL)
    keep_fact (login, fact, name, value);
  if (reason != NULL)
    {
      /* What could not be asked for again is not to be believed next time either. */
      if (login->forgetful && name != NULL && login->cache != NULL)
        cache_drop_fact (login->cache, name);
      g_propagate_error (error, g_steal_pointer (&reason));
      return false;
    }
  if (value != NULL)
    g_hash_table_insert (login->context.facts, (void *) fact->name, g_steal_pointer (&value));
  return true;
}

bool
login_learn_facts (Login *login, GError **error)
{
  for (const IssuerFact *fact = login->issuer->facts; fact != NULL && fact->name != NULL; fact++)
    if (!learn_fact (login, fact, error))
      return false;
  return true;
}
