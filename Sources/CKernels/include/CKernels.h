#ifndef CKERNELS_H
#define CKERNELS_H
#include "bits.h"
#include "inference.h"
#include "training.h"
#endif
