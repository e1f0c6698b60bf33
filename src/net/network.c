/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "network.h"

#include "proxy.h"

bool
network_read (Network *network, const Profile *profile, const Environment *environment,
              GError **error)
{
  int64_t timeout = 0;

  network->profile = profile;
  network->environment = environment;
  if (!profile_get_timeout (profile, &timeout, error))
    return false;
  network->timeout = (int) timeout;
  if (profile_get (profile, "ca-file") == NULL)
    return true;
  network->ca_file = profile_get_path (profile, "ca-file", environment->home, error);
  return network->ca_file != NULL;
}

void
network_clear (Network *network)
{
  g_clear_pointer (&network->ca_file, g_free);
}

bool
network_proxy (const Network *network, const Url *url, char **proxy, GError **error)
{
  return proxy_find (network->profile, url, network->environment->inherited, proxy, error);
}

static void
on_exchanged (GObject *source, GAsyncResult *result, void *user_data)
{
  (void) source;
  *(GAsyncResult **) user_data = g_object_ref (result);
}

ExchangeAnswer *
network_exchange (const Network *network, const ExchangeCall *call, const ExchangeOptions *options,
                  GError **error)
{
  g_autofree char *proxy = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  ExchangeOptions full = *options;

  if (!network_proxy (network, call->url, &proxy, error))
    return NULL;
  full.ca_file = network->ca_file;
  full.proxy = proxy;
  exchange_send_async (call, &full, network->cancellable, on_exchanged, &result);
  while (result == NULL)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
  return exchange_send_finish (result, error);
}
