"""Runs a model in LiteRT on raw inputs: run_litert.py MODEL FOLDER reads FOLDER/in0.bin, … and writes FOLDER/out0.bin, …

With a number of runs behind FOLDER, FOLDER/RUN/in0.bin, … are read run after run without a reset: variables keep their values.
"""
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
from ai_edge_litert.interpreter import Interpreter

model, folder = sys.argv[1:3]
folders = [os.path.join(folder, str(run)) for run in range(int(sys.argv[3]))] if len(sys.argv) > 3 else [folder]
interpreter = Interpreter(model_path=model, num_threads=1)
interpreter.allocate_tensors()
for folder in folders:
    for number, detail in enumerate(interpreter.get_input_details()):
        data = np.fromfile(os.path.join(folder, f"in{number}.bin"), detail["dtype"])
        interpreter.set_tensor(detail["index"], data.reshape(detail["shape"]))
    interpreter.invoke()
    for number, detail in enumerate(interpreter.get_output_details()):
        interpreter.get_tensor(detail["index"]).tofile(os.path.join(folder, f"out{number}.bin"))
