/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "service.h"

#include "trouble.h"

struct _KeyringService {
  SecretService parent;
  const KeyringOptions *options;
};

G_DEFINE_FINAL_TYPE (KeyringService, keyring_service, SECRET_TYPE_SERVICE)

/* A prompt that was dismissed ends with a result of another type than the one that it was shown
 * for; libsecret would grumble about that on stderr. Without any result the service is gone. */
static void
on_prompted (GObject *source, GAsyncResult *result, void *data)
{
  g_autoptr (GTask) task = G_TASK (data);
  const KeyringService *service = g_task_get_source_object (task);
  const GVariantType *type = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GVariant) answer =
      secret_prompt_perform_finish (SECRET_PROMPT (source), result, &error);

  if (answer != NULL && type != NULL && !g_variant_is_of_type (answer, type))
    trouble_set (service->options, TROUBLE_DISMISSED, NULL, &error);
  else if (answer == NULL && error == NULL)
    trouble_set (service->options, TROUBLE_DIED, NULL, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_steal_pointer (&answer), (GDestroyNotify) g_variant_unref);
}

/* Some releases of libsecret never end their own prompt's task where it is dismissed (0.21), so
 * this does not build on it. */
static void
prompt_async (SecretService *service, SecretPrompt *prompt, const GVariantType *return_type,
              GCancellable *cancellable, GAsyncReadyCallback callback, void *data)
{
  KeyringService *self = KEYRING_SERVICE (service);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  GError *error = NULL;

  g_task_set_check_cancellable (task, FALSE);
  if (return_type != NULL)
    g_task_set_task_data (task, g_variant_type_copy (return_type),
                          (GDestroyNotify) g_variant_type_free);
  if (self->options->interactive)
    {
      secret_prompt_perform (prompt, NULL, NULL, cancellable, on_prompted, g_steal_pointer (&task));
      return;
    }
  trouble_set (self->options, TROUBLE_WOULD_ASK, NULL, &error);
  g_task_return_error (task, error);
}

static GVariant *
prompt_finish (SecretService *service G_GNUC_UNUSED, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
keyring_service_class_init (KeyringServiceClass *class)
{
  SecretServiceClass *parent = SECRET_SERVICE_CLASS (class);

  parent->prompt_async = prompt_async;
  parent->prompt_finish = prompt_finish;
}

static void
keyring_service_init (KeyringService *service)
{
  static const KeyringOptions nobody = { 0 };

  service->options = &nobody;
}

void
keyring_service_set_options (KeyringService *service, const KeyringOptions *options)
{
  service->options = options;
}
