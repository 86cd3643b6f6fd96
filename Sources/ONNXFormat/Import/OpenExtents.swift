import ModelGraph

/// The extents of a file's inputs, with what its symbols stand for.
///
/// An extent is open where the file gives a name, nothing, or a number below 1. A name has one value in the whole file: the one given
/// for any input that uses it, else the one that the data have, else 1 where it is the first extent of an input.
struct OpenExtents {
    private var values: [String: Int] = [:]
    private let options: ONNXReadOptions
    private let hasOneInput: Bool

    init(_ inputs: [ProtoValueInfo], _ options: ONNXReadOptions) throws(ONNXProblem) {
        self.options = options
        hasOneInput = inputs.count == 1
        let known = Set(inputs.map(\.name))
        for name in options.inputShapes.keys.sorted() where !known.contains(name) {
            let names = inputs.map { "'\($0.name.shortened)'" }.joined(separator: ", ")
            throw .model("has no input '\(name.shortened)' to give a shape; its inputs are \(names)")
        }
        for input in inputs { try bind(input, to: options.inputShapes[input.name]?.dimensions) }
        for input in inputs { bindFirst(input) }
        for input in inputs { bindLater(input) }
    }

    /// The shape of an input, with every open extent filled in; data without elements say all extents.
    func shape(_ dimensions: [ProtoTensorShape.Dimension], of name: String) throws(ONNXProblem) -> Shape {
        if let given = options.inputShapes[name] { return given }
        let sample = sample(name) ?? []
        let isEmpty = sample.count == dimensions.count && sample.contains(0)
        var shape: [Int] = []
        for (axis, dimension) in dimensions.enumerated() {
            if let extent = dimension.extent {
                shape.append(extent)
            } else if let value = dimension.symbol.flatMap({ values[$0] }) {
                shape.append(value)
            } else if axis == 0, !isEmpty {
                shape.append(1)
            } else if sample.count == dimensions.count {
                shape.append(sample[axis])
            } else {
                throw .model(openExtent(dimensions, axis, of: name))
            }
        }
        return Shape(shape)
    }

    /// The shape of the data for an input; an only array has no name.
    private func sample(_ name: String) -> [Int]? {
        (options.sampleShapes[name] ?? (hasOneInput ? options.sampleShapes[""] : nil))?.dimensions
    }

    private func openExtent(
        _ dimensions: [ProtoTensorShape.Dimension], _ axis: Int, of name: String
    ) -> String {
        let example = dimensions.enumerated().map { place, dimension in
            dimension.extent.map(String.init) ?? (place == 0 ? "1" : "N")
        }
        let symbol = dimensions[axis].symbol.map { " ('\($0.shortened)')" } ?? ""
        return "the input '\(name.shortened)' leaves the extent of axis \(axis)\(symbol) open; give it with "
            + "--input-shape \(name.shortened)=\(example.joined(separator: "x")), with numbers in place of N"
    }

    // MARK: Symbols

    private mutating func bind(_ input: ProtoValueInfo, to given: [Int]?) throws(ONNXProblem) {
        guard let given, let dimensions = input.dimensions else { return }
        guard given.count == dimensions.count else {
            throw .model(
                "the input '\(input.name.shortened)' has \(dimensions.count) axes, the shape given \(given.count)"
            )
        }
        for (extent, dimension) in zip(given, dimensions) {
            if let fixed = dimension.extent, fixed != extent {
                throw .model(
                    "the input '\(input.name.shortened)' has the fixed extent \(fixed) where \(extent) was given"
                )
            }
            guard let symbol = dimension.symbol else { continue }
            if let known = values[symbol], known != extent {
                throw .model("'\(symbol.shortened)' cannot be \(known) and \(extent) at once")
            }
            values[symbol] = extent
        }
    }

    private mutating func bindFirst(_ input: ProtoValueInfo) {
        guard let symbol = input.dimensions?.first?.symbol, values[symbol] == nil else { return }
        values[symbol] = 1
    }

    private mutating func bindLater(_ input: ProtoValueInfo) {
        guard let dimensions = input.dimensions,
            let sample = sample(input.name), sample.count == dimensions.count
        else { return }
        for (extent, dimension) in zip(sample, dimensions).dropFirst() {
            if let symbol = dimension.symbol, values[symbol] == nil { values[symbol] = extent }
        }
    }
}

extension ProtoValueInfo {
    fileprivate var dimensions: [ProtoTensorShape.Dimension]? {
        guard case .tensorType(let tensor)? = type.value else { return nil }
        return tensor.shape.dim
    }
}

extension ProtoTensorShape.Dimension {
    /// The extent that the file fixes; nil for an open one.
    fileprivate var extent: Int? {
        guard case .dimValue(let value)? = value, value > 0 else { return nil }
        return Int(value)
    }

    /// The name of an open extent; "?" says as little as no name.
    fileprivate var symbol: String? {
        guard case .dimParam(let name)? = value, !name.isEmpty, name != "?" else { return nil }
        return name
    }
}
