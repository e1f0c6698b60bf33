/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "issuer.h"

extern const Issuer self_signed_issuer;
