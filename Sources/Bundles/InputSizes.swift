import Foundation
public import ModelGraph
import ONNXFormat
import TFLiteFormat

/// What a caller says of a model's inputs where its file leaves it open: shapes, and values that then are no inputs any more.
public struct InputSizes: Sendable {
    var shapes: [String: Shape] = [:]
    /// Inputs fixed to numbers, such as a sampling rate that a model takes as an input.
    public private(set) var values: [String: [Double]] = [:]
    /// Shapes of the data at hand by input, "" for an only input; they fill in what is open behind the first axis.
    public var samples: [String: Shape] = [:]

    /// Nothing: what the file says holds, a batch is 1.
    public init() {}

    /// Reads options such as `x=1x3x48x192` and `sr=16000`; `option` is what complaints call the first kind.
    ///
    /// - Throws: where an option is not of this form, or names an input twice.
    public init(shapes: [String], values: [String] = [], option: String = "--input-shape") throws {
        for text in shapes {
            let (name, value) = try InputSizes.parts(of: text, option, "NAME=1x3x48x192")
            let extents = value.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
            guard extents.allSatisfy({ $0.map { $0 > 0 } ?? false }) else {
                throw BundleError("\(option): expected extents such as 1x3x48x192, got '\(value)'")
            }
            guard self.shapes.updateValue(Shape(extents.compactMap { $0 }), forKey: name) == nil else {
                throw BundleError("\(option): names '\(name)' twice")
            }
        }
        for text in values {
            let (name, value) = try InputSizes.parts(of: text, "--input-value", "NAME=16000")
            let numbers = value.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
            guard numbers.allSatisfy({ $0?.isFinite ?? false }) else {
                throw BundleError("--input-value: expected a number, or several with commas, got '\(value)'")
            }
            guard self.values.updateValue(numbers.compactMap { $0 }, forKey: name) == nil else {
                throw BundleError("--input-value: names '\(name)' twice")
            }
        }
    }

    private static func parts(of text: String, _ option: String, _ example: String) throws -> (
        name: String, value: String
    ) {
        // Names may hold '=' themselves; sizes do not.
        guard let place = text.lastIndex(of: "="), place > text.startIndex else {
            throw BundleError("\(option): expected \(example), got '\(text)'")
        }
        return (String(text[..<place]), String(text[text.index(after: place)...]))
    }

    /// The same with inputs fixed to the values that the data have.
    public func fixing(_ name: String, to numbers: [Double]) -> InputSizes {
        var sizes = self
        sizes.values[name] = numbers
        return sizes
    }

    var isEmpty: Bool { shapes.isEmpty && values.isEmpty }
}

extension ONNXReadOptions {
    init(memoryBytes: Int, _ inputs: InputSizes) {
        self.init(
            memoryBytes: memoryBytes, inputShapes: inputs.shapes, inputValues: inputs.values,
            sampleShapes: inputs.samples)
    }
}
