/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* As much of a Kubernetes API server as `kubectl version` and `kubectl get pods` need. */
#include "host.h"

#include <string.h>

typedef struct {
  const char *path;
  const char *body;
} Page;

static const Page pages[] = {
  { "/version", "{\"major\":\"1\",\"minor\":\"32\",\"gitVersion\":\"v1.32.0-avouch.demo\","
                "\"gitCommit\":\"0\",\"gitTreeState\":\"clean\","
                "\"buildDate\":\"2025-01-01T00:00:00Z\",\"goVersion\":\"none\","
                "\"compiler\":\"none\",\"platform\":\"linux/amd64\"}" },
  { "/api", "{\"kind\":\"APIVersions\",\"versions\":[\"v1\"],"
            "\"serverAddressByClientCIDRs\":[]}" },
  { "/apis", "{\"kind\":\"APIGroupList\",\"apiVersion\":\"v1\",\"groups\":[]}" },
  { "/api/v1", "{\"kind\":\"APIResourceList\",\"groupVersion\":\"v1\",\"resources\":["
               "{\"name\":\"pods\",\"singularName\":\"pod\",\"namespaced\":true,"
               "\"kind\":\"Pod\",\"shortNames\":[\"po\"],\"verbs\":[\"get\",\"list\"]}]}" },
  { "/api/v1/namespaces/default/pods",
    "{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"1\"},"
    "\"items\":[{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"demo\","
    "\"namespace\":\"default\",\"creationTimestamp\":\"2025-01-01T00:00:00Z\"},"
    "\"spec\":{\"containers\":[{\"name\":\"demo\",\"image\":\"demo\"}]},"
    "\"status\":{\"phase\":\"Running\"}}]}" },
};

static void
answer_status (SoupServerMessage *message, unsigned code, const char *reason)
{
  JsonObject *status = json_object_new ();
  json_object_set_string_member (status, "kind", "Status");
  json_object_set_string_member (status, "apiVersion", "v1");
  json_object_set_object_member (status, "metadata", json_object_new ());
  json_object_set_string_member (status, "status", "Failure");
  json_object_set_string_member (status, "message", reason);
  json_object_set_string_member (status, "reason", reason);
  json_object_set_int_member (status, "code", code);
  host_answer (message, code, status);
}

void
kubernetes_serve (Host *host, SoupServerMessage *message, const char *path)
{
  if (!token_is_brought (host, message, TOKEN_BEARER))
    {
      answer_status (message, SOUP_STATUS_UNAUTHORIZED, "Unauthorized");
      return;
    }
  host->stats.kubernetes++;
  for (size_t i = 0; i < G_N_ELEMENTS (pages); i++)
    if (strcmp (pages[i].path, path) == 0)
      {
        soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
        soup_server_message_set_response (message, "application/json", SOUP_MEMORY_STATIC,
                                          pages[i].body, strlen (pages[i].body));
        return;
      }
  answer_status (message, SOUP_STATUS_NOT_FOUND, "NotFound");
}
