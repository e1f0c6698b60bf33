/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#define XML_SOAP    "http://schemas.xmlsoap.org/soap/envelope/"
#define XML_PARTNER "urn:partner.soap.sforce.com"
#define XML_ASYNC   "http://www.force.com/2009/06/asyncapi/dataload"

/* A document as a table from the path of each element to its text. A path has our own prefixes,
 * whatever those of the document are: "soap:Envelope/soap:Body/partner:query"; "?" stands for a
 * namespace that is none of the above. NULL if it is not well-formed, or has a DTD. */
GHashTable *xml_read (GBytes *document);
