#ifndef CKERNELS_H
#define CKERNELS_H
#include "inference.h"
#include "training.h"
#endif
