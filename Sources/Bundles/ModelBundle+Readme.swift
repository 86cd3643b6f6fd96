import Datasets
import Devices
import Foundation
import ModelGraph

extension ModelBundle {
    /// How the models of the bundle are run, one section a runtime that has a file here.
    var readme: String {
        [introduction, onnx, openVINO, liteRT, cArray, closing].compactMap(\.self).joined(separator: "\n")
    }

    private func has(_ name: String) -> Bool { files.contains { $0.name == name } }

    private var introduction: String {
        let shape = preprocessing.sampleShape.map(String.init).joined(separator: " × ")
        return """
            # \(job), candidate \(candidate.id.prefix(12))

            \(purpose)
            Architecture `\(candidate.architecture)`, compression `\(candidate.compression)`.

            \(devices.map { "- \($0.profile.title) (\($0.profile.runtime.name) \($0.profile.runtime.version)): \($0.file.map { "`\($0)`" } ?? "no file here can be loaded")\n" }.joined())
            Every model reads one sample of \(shape) float32 values (height × width × channels) and answers with \(answer)
            \(frontEnd)\(table)Value i of a sample is normalised as (value − offsets[i mod n]) · scales[i mod n] with the numbers of \
            `manifest.json`.
            `test-vectors.npz` holds ten samples: `raw`, `input` (what the models read) and `output` (what Swiftlet answers).
            `front-end.onnx` and `front-end.tflite`, where they are here, compute `input` from `raw`: run before the model, \
            they leave no arithmetic to the program.
            `swiftlet verify .` checks every file against the manifest and every model against the test vectors.

            """
    }

    private var purpose: String {
        let start = "\(preprocessing.task.capitalized) of \(preprocessing.dataset)"
        guard !preprocessing.labels.isEmpty else { return "\(start)." }
        return "\(start) into \(preprocessing.labels.count) classes: "
            + "\(preprocessing.labels.joined(separator: ", "))."
    }

    /// What the outputs are, as a sentence ends.
    private var answer: String {
        guard let output = preprocessing.output else {
            return "one logit a class, in the order of `labels` in `manifest.json`."
        }
        if let threshold = output.threshold {
            return
                "the normalised sample again; from a mean squared error of \(threshold) on it is an anomaly "
                + "(`output.threshold` in `manifest.json`)."
        }
        return "one number z; the prediction is \(output.offset ?? 0) + \(output.scale ?? 1) · z "
            + "(`output` in `manifest.json`)."
    }

    private var frontEnd: String {
        guard let frontEnd = preprocessing.frontEnd else { return "" }
        return """
            A raw sample is a waveform of \(frontEnd.seconds) s at \(frontEnd.sampleRate) Hz, values in [−1, 1]. It becomes \
            \(preprocessing.sampleShape[0]) frames of \(frontEnd.bands) log-mel bands: every \(frontEnd.hopSeconds) s a Hann \
            window of \(frontEnd.windowSeconds) s (at i + ½), power spectrum over Σ window², triangles equally wide on \
            2595 · log₁₀(1 + f / 700) from \(frontEnd.lowestHertz) Hz to \(frontEnd.highestHertz) Hz (at most half the rate), \
            ln(energy + 10⁻⁶).

            """
    }

    private var table: String {
        guard let table = preprocessing.table else { return "" }
        var place = 0
        let rows = table.columns.map { column -> String in
            let places = (place..<place + column.values.count).map(String.init).joined(separator: ", ")
            place += column.values.count
            return "| \(places) | \(column.column) | \(column.sentence) |"
        }
        let sample =
            table.windowRows.map { "\($0) rows one after another, the oldest first, each of" } ?? "one row of"
        let baseline = table.baselineRows.map {
            "\nBefore that every recording is measured from its own first \($0) rows: a value becomes "
                + "(value − mean) / deviation of its column over these rows, and where it does not vary there, "
                + "value − mean. `raw` of the test vectors stands behind this step.\n"
        }
        return """
            A raw sample is \(sample) \(place) values (`preprocessing.table` in `manifest.json`):

            | value | column | what |
            |---|---|---|
            \(rows.joined(separator: "\n"))
            \(baseline ?? "")

            """
    }

    /// Python that shows answers beside those of the test vectors, as what they mean.
    private var comparison: String {
        guard let output = preprocessing.output else {
            return "print(np.argmax(answers, 1), np.argmax(vectors[\"output\"], 1))"
        }
        if let threshold = output.threshold {
            return """
                for outputs in answers, vectors["output"]:
                    errors = [np.mean((y.ravel() - x.ravel()) ** 2) for y, x in zip(outputs, vectors["input"])]
                    print(np.array(errors) >= \(threshold))  # which of them are anomalies
                """
        }
        return """
            for outputs in answers, vectors["output"]:
                print(\(output.offset ?? 0) + \(output.scale ?? 1) * np.ravel(outputs))  # predictions
            """
    }

    private var onnx: String? {
        guard has("model.onnx") else { return nil }
        return """
            ## ONNX Runtime

            ```python
            import numpy as np, onnxruntime
            vectors = np.load("test-vectors.npz")
            options = onnxruntime.SessionOptions()
            options.add_session_config_entry("session.x64quantprecision", "1")  # exact int8 sums on x86 without VNNI
            session = onnxruntime.InferenceSession("model.onnx", options)
            name = session.get_inputs()[0].name
            answers = [session.run(None, {name: x[None]})[0][0] for x in vectors["input"]]
            \(comparison)
            ```

            """
    }

    private var openVINO: String? {
        guard has("model.onnx") else { return nil }
        return """
            ## OpenVINO

            ```python
            import numpy as np, openvino
            vectors = np.load("test-vectors.npz")
            model = openvino.compile_model("model.onnx", "CPU")
            answers = [model([x[None]])[0][0] for x in vectors["input"]]
            \(comparison)
            ```

            """
    }

    /// How the snippet for LiteRT makes integers of a sample, where the file may want them.
    private var conversion: String {
        switch interface {
        case .float32: ""
        case .int8, .uint8:
            """
            def quantized(x):  # an int8 model here takes and gives \(interface.rawValue)
                kind = model.get_input_details()[0]
                scale, zero = kind["quantization"]
                if not scale: return x
                whole = np.iinfo(kind["dtype"])
                return np.clip(np.round(x / scale) + zero, whole.min, whole.max).astype(kind["dtype"])

            """
        }
    }

    private var liteRT: String? {
        guard has("model.tflite") else { return nil }
        let given = interface == .float32 ? "x[None]" : "quantized(x[None])"
        return """
            ## LiteRT (TensorFlow Lite)

            ```python
            import numpy as np
            from ai_edge_litert.interpreter import Interpreter
            vectors = np.load("test-vectors.npz")
            model = Interpreter("model.tflite")
            model.allocate_tensors()
            \(conversion)source, result = model.get_input_details()[0]["index"], model.get_output_details()[0]["index"]
            answers = []
            for x in vectors["input"]:
                model.set_tensor(source, \(given))
                model.invoke()
                answers.append(model.get_tensor(result)[0])
            \(comparison)
            ```

            """
    }

    private var outputName: String {
        guard let output = preprocessing.output else { return "the logits" }
        return output.threshold == nil ? "z" : "the sample again"
    }

    private var cArray: String? {
        guard has("model.c") else { return nil }
        return """
            ## TensorFlow Lite Micro

            ```c++
            #include "model.h"  // and compile model.c
            const tflite::Model* network = tflite::GetModel(model);
            tflite::MicroInterpreter interpreter(network, resolver, arena, sizeof(arena));
            interpreter.AllocateTensors();
            // fill interpreter.input(0)->data.f, then
            interpreter.Invoke();
            // interpreter.output(0)->data.f holds \(outputName)
            ```

            """
    }

    private var closing: String {
        """
        ## Swiftlet

        ```sh
        swiftlet run model.swiftlet --input test-vectors.npz --output answers.npz
        ```

        """
    }
}
