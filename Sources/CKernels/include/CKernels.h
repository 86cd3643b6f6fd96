#ifndef CKERNELS_H
#define CKERNELS_H
#include "bfloat16.h"
#include "bits.h"
#include "inference.h"
#include "sparse.h"
#include "training.h"
#endif
