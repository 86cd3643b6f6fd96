public import Datasets
import Foundation

/// What a finished model needs beside its weights: how raw samples become its input, and what its outputs mean.
///
/// Kept beside the packed model, so that an export needs no data set.
public struct Preprocessing: Codable, Hashable, Sendable {
    /// `classification`, `regression` or `anomaly`.
    public var task: String
    /// The name of the input data, such as `digits`.
    public var dataset: String
    /// Height, width, channels.
    public var sampleShape: [Int]
    /// How a recording becomes such a sample; nil where samples are numbers already.
    public var frontEnd: FrontEnd?
    /// How rows of a table become such a sample; nil where samples are no rows.
    public var table: TableForm?
    /// Value i of a sample becomes (value − offsets[i mod count]) · scales[i mod count].
    public var offsets, scales: [Float]
    /// The classes, in the order of the logits.
    public var labels: [String]
    /// What outputs become; nil where they are logits of `labels`.
    public var output: OutputRule?

    enum CodingKeys: String, CodingKey {
        case task, dataset, table, offsets, scales, labels, output
        case sampleShape = "sample_shape"
        case frontEnd = "front_end"
    }

    /// What a data set was normalised by, and what its classes are called.
    public init(
        _ dataset: Dataset, normalization: Normalization, task: String = "classification",
        output: OutputRule? = nil
    ) {
        self.task = task
        self.output = output
        self.dataset = dataset.name
        sampleShape = dataset.sampleShape
        frontEnd = dataset.recordings.map { FrontEnd($0) }
        table = dataset.table
        (offsets, scales) = (normalization.offsets, normalization.scales)
        labels = dataset.classNames
    }

    /// Sorted keys, so that equal values give equal bytes.
    public var json: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            return [UInt8](try encoder.encode(self)) + [UInt8(ascii: "\n")]
        }
    }
}

extension Preprocessing {
    /// What a network reads for one raw sample.
    public static func input(
        ofRaw raw: [Float], frontEnd: FrontEnd?, offsets: [Float], scales: [Float]
    ) throws -> [Float] {
        var values = try frontEnd.map { try $0.extractor.spectrogram(of: raw) } ?? raw
        var span = values.mutableSpan
        Normalization(offsets: offsets, scales: scales).apply(to: &span)
        return values
    }
}

/// What the outputs of a network become where they are no logits.
public struct OutputRule: Codable, Hashable, Sendable {
    /// Of a regression: the prediction is offset + scale · output.
    public var offset, scale: Float?
    /// Of anomaly detection, where outputs are the normalised sample again: from this mean squared error on it is an anomaly.
    public var threshold: Float?

    /// A rule; a classifier, whose outputs are used as they are, has none of the three.
    public init(offset: Float? = nil, scale: Float? = nil, threshold: Float? = nil) {
        self.offset = offset
        self.scale = scale
        self.threshold = threshold
    }
}

/// The log-mel front-end as manifests write it; its formula stands in docs/data.md.
public struct FrontEnd: Codable, Hashable, Sendable {
    /// The front-end's name.
    public var kind = "log_mel"
    /// In hertz.
    public var sampleRate: Int
    public var seconds, windowSeconds, hopSeconds: Double
    /// How many bands of the mel scale.
    public var bands: Int
    public var lowestHertz, highestHertz: Double
    /// Of `mfcc`, the coefficients of a frame.
    public var coefficients: Int?

    enum CodingKeys: String, CodingKey {
        case kind, coefficients
        case sampleRate = "sample_rate_hz"
        case seconds
        case windowSeconds = "window_seconds"
        case hopSeconds = "hop_seconds"
        case bands
        case lowestHertz = "lowest_hz"
        case highestHertz = "highest_hz"
    }

    /// The front-end that recordings were read with.
    public init(_ recordings: Recordings) {
        let features = recordings.features
        sampleRate = recordings.sampleRate
        (seconds, windowSeconds, hopSeconds) = (
            features.seconds, features.windowSeconds, features.hopSeconds
        )
        bands = features.bands
        coefficients = features.coefficients
        if coefficients != nil { kind = "mfcc" }
        (lowestHertz, highestHertz) = (features.lowestHertz, features.highestHertz)
    }

    /// What computes it.
    public var extractor: LogMelExtractor {
        get throws {
            var features = LogMel()
            (features.seconds, features.windowSeconds, features.hopSeconds) = (
                seconds, windowSeconds, hopSeconds
            )
            features.bands = bands
            features.coefficients = coefficients
            (features.lowestHertz, features.highestHertz) = (lowestHertz, highestHertz)
            return try LogMelExtractor(features, sampleRate: sampleRate, file: "front_end")
        }
    }
}
