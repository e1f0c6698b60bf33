/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "trust.h"

#include "error.h"
#include "failure.h"
#include "i18n.h"

#include <errno.h>
#include <sys/stat.h>

typedef struct {
  GTlsDatabase parent;
  GTlsDatabase *own; /* the CA file's; NULL without one */
} AvouchTrust;

typedef struct {
  GTlsDatabaseClass parent;
} AvouchTrustClass;

GType avouch_trust_get_type (void);
G_DEFINE_TYPE (AvouchTrust, avouch_trust, G_TYPE_TLS_DATABASE)

/* The backend's own, which it makes once; g_tls_backend_get_default_database would give ours.
 * Reading the system's 140 certificates costs as much as all else in an exchange, hence not before
 * it is needed. */
static GTlsDatabase *
system_store (void)
{
  GTlsBackend *backend = g_tls_backend_get_default ();

  return G_TLS_BACKEND_GET_INTERFACE (backend)->get_default_database (backend);
}

/* Both databases check the host name and the dates as well. Only "unknown CA" is something that
 * another store can know better. */
static GTlsCertificateFlags
verify_chain (GTlsDatabase *database, GTlsCertificate *chain, const char *purpose,
              GSocketConnectable *identity, GTlsInteraction *interaction,
              GTlsDatabaseVerifyFlags flags, GCancellable *cancellable, GError **error)
{
  AvouchTrust *trust = (AvouchTrust *) database;
  GTlsCertificateFlags wrong = G_TLS_CERTIFICATE_UNKNOWN_CA;

  if (trust->own != NULL)
    wrong = g_tls_database_verify_chain (trust->own, chain, purpose, identity, interaction, flags,
                                         cancellable, error);
  if ((wrong & G_TLS_CERTIFICATE_UNKNOWN_CA) == 0 || (error != NULL && *error != NULL))
    return wrong;

  g_autoptr (GTlsDatabase) store = system_store ();
  return g_tls_database_verify_chain (store, chain, purpose, identity, interaction, flags,
                                      cancellable, error);
}

static void
avouch_trust_finalize (GObject *object)
{
  g_clear_object (&((AvouchTrust *) object)->own);
  G_OBJECT_CLASS (avouch_trust_parent_class)->finalize (object);
}

static void
avouch_trust_class_init (AvouchTrustClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = avouch_trust_finalize;
  G_TLS_DATABASE_CLASS (klass)->verify_chain = verify_chain;
}

static void
avouch_trust_init (AvouchTrust *trust)
{
  (void) trust;
}

/* Why PATH must not be read: GIO would read a device for ever, and who writes here is trusted.
 * NULL: it may. */
static const char *
refuse_file (const char *path)
{
  struct stat status;

  if (stat (path, &status) != 0)
    return g_strerror (errno);
  if (!S_ISREG (status.st_mode))
    return _ ("it is not a regular file");
  if ((status.st_mode & S_IWOTH) != 0)
    return _ ("every user of this machine may write it");
  return status.st_size > TRUST_MAX_FILE ? _ ("it is too long") : NULL;
}

static GTlsDatabase *
load_certificates (const char *path, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autolist (GTlsCertificate) certificates = g_tls_certificate_list_new_from_file (path, &cause);
  GTlsDatabase *database = NULL;

  if (certificates != NULL)
    database = g_tls_file_database_new (path, &cause);
  if (database == NULL)
    {
      g_autofree char *why = cause != NULL ? failure_reason (cause) : NULL;

      g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG, _ ("ca-file %s: %s"), path,
                   why != NULL ? why : _ ("no certificate in it"));
    }
  return database;
}

static GTlsDatabase *
load_file (const char *path, GError **error)
{
  const char *refusal = refuse_file (path);

  if (refusal == NULL)
    return load_certificates (path, error);
  g_set_error (error, AVOUCH_ERROR, AVOUCH_ERROR_CONFIG, _ ("ca-file %s: %s"), path, refusal);
  return NULL;
}

static void *
warm_up (void *with_store)
{
  g_autoptr (GTlsDatabase) store = NULL;

  if (with_store != NULL)
    store = system_store ();
  else
    g_tls_backend_get_default ();
  return NULL;
}

GThread *
trust_warm_up (const char *ca_file)
{
  return g_thread_new ("trust", warm_up, GINT_TO_POINTER (ca_file == NULL));
}

GTlsDatabase *
trust_new (const char *ca_file, GError **error)
{
  g_autoptr (GTlsDatabase) own = NULL;
  GTlsDatabase *trust;

  if (ca_file != NULL && (own = load_file (ca_file, error)) == NULL)
    return NULL;

  trust = g_object_new (avouch_trust_get_type (), NULL);
  ((AvouchTrust *) trust)->own = g_steal_pointer (&own);
  g_tls_backend_set_default_database (g_tls_backend_get_default (), trust);
  return trust;
}

bool
trust_has_system_authority (GTlsCertificate *chain, GSocketConnectable *identity)
{
  g_autoptr (GTlsDatabase) store = system_store ();

  return store != NULL &&
         g_tls_database_verify_chain (store, chain, G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER,
                                      identity, NULL, G_TLS_DATABASE_VERIFY_NONE, NULL, NULL) == 0;
}
