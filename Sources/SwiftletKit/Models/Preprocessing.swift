import ArrayFiles
import Datasets
import Engine
import Evaluation
import ExperimentStore
import Foundation
import ModelGraph

/// What a finished model needs beside its weights: how raw samples become its input, and what its outputs mean.
///
/// Kept beside the packed model, so that an export needs no data set.
struct Preprocessing: Codable, Hashable {
    var task: String
    /// The name of the input data, such as `digits`.
    var dataset: String
    /// Height, width, channels.
    var sampleShape: [Int]
    /// Value i of a sample becomes (value − offsets[i mod count]) · scales[i mod count].
    var offsets, scales: [Float]
    var labels: [String]

    enum CodingKeys: String, CodingKey {
        case task, dataset, offsets, scales, labels
        case sampleShape = "sample_shape"
    }

    init(_ data: PreparedData) {
        task = "classification"
        dataset = data.dataset.name
        sampleShape = data.dataset.sampleShape
        (offsets, scales) = (data.normalization.offsets, data.normalization.scales)
        labels = data.dataset.classNames
    }

    /// Sorted keys, so that equal values give equal bytes.
    var json: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            return [UInt8](try encoder.encode(self)) + [UInt8(ascii: "\n")]
        }
    }
}

/// Ten samples of the test part: raw, as the network reads them, and what it answers.
struct TestVectors {
    let raw, input, output: NumberArray

    init(of graph: Graph, on data: PreparedData, count: Int = 10) throws {
        let indices = Array(data.split.test.prefix(count))
        let shape = [indices.count] + data.dataset.sampleShape
        let inputs = data.samples(indices)
        raw = NumberArray(shape, .float32(data.rawSamples(indices)))
        input = NumberArray(shape, .float32(inputs))
        let outputs = try evaluate(graph, samples: inputs)
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
