package import Archives
package import Candidates
package import Datasets
import Engine
import ModelGraph

/// Ten samples of the test part: raw (pixels, columns, or waveforms), as the network reads them, and what it answers.
struct TestVectors {
    let raw, input, output: NumberArray

    init(of graph: Graph, on data: PreparedData, count: Int = 10) throws {
        let indices = Array(data.split.test.prefix(count))
        let shape = [indices.count] + data.dataset.sampleShape
        raw = try data.rawArray(of: indices)
        let inputs = data.samples(indices)
        input = NumberArray(shape, .float32(inputs))
        let outputs = try evaluate(graph, samples: inputs, of: data.dataset.sampleSize)
        output = NumberArray([indices.count, outputs.count / max(indices.count, 1)], .float32(outputs))
    }

    var bytes: [UInt8] {
        get throws {
            try NPZ.bytes(of: [
                (name: "raw", array: raw), (name: "input", array: input), (name: "output", array: output),
            ])
        }
    }
}

extension PreparedData {
    /// Samples as a front-end reads them: pixels, columns, or waveforms.
    package func rawArray(of indices: [Int]) throws(DatasetError) -> NumberArray {
        guard let recordings = dataset.recordings else {
            return NumberArray([indices.count] + dataset.sampleShape, .float32(rawSamples(indices)))
        }
        let waveforms = try recordings.waveforms(indices)
        return NumberArray([indices.count, recordings.length], .float32(waveforms.flatMap(\.self)))
    }
}
