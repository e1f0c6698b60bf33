/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "order.h"

#include "error.h"
#include "i18n.h"
#include "job.h"
#include "passphrase.h"
#include "spawn.h"

#include <string.h>

enum {
  TIME_TO_START = 5,  /* seconds: what reading the key, signing and storing may take besides */
  TIME_TO_TYPE = 300, /* a person's, at a prompt */
  TIME_TO_ERASE = 10, /* the keyring's */
};

void
order_clear (Order *order)
{
  g_clear_pointer (&order->job, secret_unref);
  g_clear_pointer (&order->subject, secret_unref);
  g_clear_pointer (&order->basis, g_free);
}

static bool
find_prompt (const Profile *profile, bool *prompts, GError **error)
{
  static const char *const keys[] = { "passphrase", "key-passphrase" };
  PassphraseKind kind;
  const char *argument;

  *prompts = false;
  for (size_t i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      if (!passphrase_parse (profile, keys[i], &kind, &argument, error))
        return false;
      *prompts |= kind == PASSPHRASE_PROMPT;
    }
  return true;
}

static Secret *
encode_job (const Job *job, GError **error)
{
  g_autoptr (Record) record = job_to_record (job);

  return record_encode (record, error);
}

static bool
find_passphrase (const Profile *profile, const char *key, Secret *given, char **inherited,
                 Secret **secret, GError **error)
{
  if (given == NULL)
    return passphrase_resolve (profile, key, inherited, secret, error);
  *secret = secret_ref (given);
  return true;
}

bool
order_prepare (Order *order, const Profile *profile, const Request *request, const char *token,
               const Environment *environment, int verbose, GError **error)
{
  g_autoptr (Secret) passphrase = NULL;
  g_autoptr (Secret) key_passphrase = NULL;
  g_autoptr (Secret) client_secret = NULL;
  int64_t timeout;

  if (!find_prompt (profile, &order->prompts, error) ||
      !profile_get_timeout (profile, &timeout, error) ||
      !find_passphrase (profile, "passphrase", order->passphrase, environment->inherited,
                        &passphrase, error) ||
      !find_passphrase (profile, "key-passphrase", order->key_passphrase, environment->inherited,
                        &key_passphrase, error) ||
      !passphrase_resolve (profile, CLIENT_SECRET_SETTING, environment->inherited, &client_secret,
                           error))
    return false;
  if (order->limit > 0)
    timeout = MIN (timeout, order->limit);
  const Job job = {
    .token = (char *) token,
    .profile = (Profile *) profile,
    .request = (Request *) request,
    .passphrase = passphrase,
    .key_passphrase = key_passphrase,
    .subject = order->subject,
    .basis = order->basis,
    .client_secret = client_secret,
    .renews = order->renews,
    .fresh = order->fresh,
    .verbose = verbose,
    .no_prompt = order->no_prompt,
  };
  order->environment = environment;
  order->timeout = (int) timeout + TIME_TO_START + (order->prompts ? TIME_TO_TYPE : 0);
  order->with_proxy = g_strcmp0 (profile_get (profile, "proxy"), "environment") == 0;
  order->job = encode_job (&job, error);
  return order->job != NULL;
}

static Record *
order_answer (const Order *order, int lock, GError **error)
{
  g_autoptr (Secret) answer = spawn_mint (order->environment, order->job, lock, order->timeout,
                                          order->with_proxy, order->stays, error);
  Record *record = answer != NULL ? record_decode (answer, error) : NULL;

  if (answer != NULL && record == NULL)
    g_prefix_error (error, _ ("%s: its answer: "), order->environment->mint_path);
  return record;
}

Credential *
order_mint (const Order *order, int lock, GError **error)
{
  g_autoptr (Record) record = order_answer (order, lock, error);

  return record != NULL ? job_read_answer (record, NULL, error) : NULL;
}

bool
order_erase (const Profile *profile, const char *token, const Secret *refused,
             const Environment *environment, GError **error)
{
  const Job job = {
    .token = (char *) token,
    .profile = (Profile *) profile,
    .request = &(Request){ 0 },
    .erases = true,
    .refused = (Secret *) refused,
  };
  g_auto (Order) order = { .environment = environment, .timeout = TIME_TO_ERASE };
  g_autoptr (Record) record = NULL;

  order.job = encode_job (&job, error);
  record = order.job != NULL ? order_answer (&order, -1, error) : NULL;
  return record != NULL && job_read_done (record, error);
}

void
order_mint_in_background (const Order *order, int lock)
{
  spawn_mint_detached (order->environment, order->job, lock, order->timeout, order->with_proxy,
                       NULL);
}
