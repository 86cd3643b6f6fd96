import Archives
import Candidates
import Datasets
import Engine
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
    /// How a recording becomes such a sample; nil where samples are numbers already.
    var frontEnd: FrontEnd?
    /// Value i of a sample becomes (value − offsets[i mod count]) · scales[i mod count].
    var offsets, scales: [Float]
    var labels: [String]

    enum CodingKeys: String, CodingKey {
        case task, dataset, offsets, scales, labels
        case sampleShape = "sample_shape"
        case frontEnd = "front_end"
    }

    init(_ data: PreparedData) {
        task = "classification"
        dataset = data.dataset.name
        sampleShape = data.dataset.sampleShape
        frontEnd = data.dataset.recordings.map { FrontEnd($0) }
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

extension Preprocessing {
    /// What a network reads for one raw sample.
    static func input(
        ofRaw raw: [Float], frontEnd: FrontEnd?, offsets: [Float], scales: [Float]
    ) throws -> [Float] {
        var values = try frontEnd.map { try $0.extractor.spectrogram(of: raw) } ?? raw
        var span = values.mutableSpan
        Normalization(offsets: offsets, scales: scales).apply(to: &span)
        return values
    }
}

/// The log-mel front-end as manifests write it; its formula stands in docs/data.md.
struct FrontEnd: Codable, Hashable {
    var kind = "log_mel"
    var sampleRate: Int
    var seconds, windowSeconds, hopSeconds: Double
    var bands: Int
    var lowestHertz, highestHertz: Double

    enum CodingKeys: String, CodingKey {
        case kind, seconds, bands
        case sampleRate = "sample_rate_hz"
        case windowSeconds = "window_seconds"
        case hopSeconds = "hop_seconds"
        case lowestHertz = "lowest_hz"
        case highestHertz = "highest_hz"
    }

    init(_ recordings: Recordings) {
        let features = recordings.features
        sampleRate = recordings.sampleRate
        (seconds, windowSeconds, hopSeconds) = (
            features.seconds, features.windowSeconds, features.hopSeconds
        )
        bands = features.bands
        (lowestHertz, highestHertz) = (features.lowestHertz, features.highestHertz)
    }

    var extractor: LogMelExtractor {
        get throws {
            var features = LogMel()
            (features.seconds, features.windowSeconds, features.hopSeconds) = (
                seconds, windowSeconds, hopSeconds
            )
            features.bands = bands
            (features.lowestHertz, features.highestHertz) = (lowestHertz, highestHertz)
            return try LogMelExtractor(features, sampleRate: sampleRate, file: "front_end")
        }
    }
}

/// Ten samples of the test part: raw (pixels, columns, or waveforms), as the network reads them, and what it answers.
struct TestVectors {
    let raw, input, output: NumberArray

    init(of graph: Graph, on data: PreparedData, count: Int = 10) throws {
        let indices = Array(data.split.test.prefix(count))
        let shape = [indices.count] + data.dataset.sampleShape
        if let recordings = data.dataset.recordings {
            let waveforms = try recordings.waveforms(indices)
            raw = NumberArray([indices.count, recordings.length], .float32(waveforms.flatMap(\.self)))
        } else {
            raw = NumberArray(shape, .float32(data.rawSamples(indices)))
        }
        let inputs = data.samples(indices)
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
