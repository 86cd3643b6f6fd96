import ModelGraph

/// Element by element: the layout of the operands does not matter and stays.
extension Translator {
    /// Applies a function of one value to every element.
    mutating func map(_ operation: Operation, _ view: View, _ call: Call, name: String? = nil)
        throws(ONNXProblem) -> View
    {
        view.with(try apply(operation, [view.value], call, name: name))
    }

    mutating func unary(_ call: Call) throws(ONNXProblem) {
        let operation: UnaryOperation =
            switch call.type {
            case "Abs": .absolute
            case "Neg": .negate
            case "Exp": .exponential
            case "Log": .logarithm
            case "Sqrt": .squareRoot
            case "Reciprocal": .reciprocal
            case "Floor": .floor
            case "Ceil": .ceiling
            case "Round": .round
            case "Sign": .sign
            case "Sin": .sine
            case "Cos": .cosine
            case "Erf": .errorFunction
            case "Softplus": .softplus
            default: .softsign
            }
        let (input, type) = try real(0, of: call)
        try setResult(call, type) { (translator, name) throws(ONNXProblem) in
            try translator.map(.unary(operation), input, call, name: name)
        }
    }

    mutating func activation(_ call: Call) throws(ONNXProblem) {
        let (input, type) = try real(0, of: call)
        if let simple = try simpleActivation(call) {
            return try setResult(call, type) { (translator, name) throws(ONNXProblem) in
                try translator.map(.activation(simple), input, call, name: name)
            }
        }
        try setResult(call, type) { (translator, name) throws(ONNXProblem) in
            try translator.composedActivation(input, call, name: name)
        }
    }

    /// Activations that the graph has; nil for those made of several operations.
    private func simpleActivation(_ call: Call) throws(ONNXProblem) -> Activation? {
        switch call.type {
        case "Relu": return .relu
        case "Sigmoid": return .sigmoid
        case "Tanh": return .tanh
        case "HardSwish": return .hardSwish
        case "HardSigmoid":
            return .hardSigmoid(
                alpha: call.float("alpha", default: 0.2), beta: call.float("beta", default: 0.5))
        case "LeakyRelu": return .leakyRelu(slope: call.float("alpha", default: 0.01))
        case "Gelu": return .gelu(approximate: call.text("approximate", default: "none") == "tanh")
        case "Swish": return call.float("alpha", default: 1) == 1 ? .silu : nil
        case "Clip": return try clip(call)
        default: return nil
        }
    }

    private func clip(_ call: Call) throws(ONNXProblem) -> Activation {
        let isAttribute = operatorSet < 11
        let lower =
            isAttribute ? call.float("min", default: -.infinity) : try scalar(1, of: call) ?? -.infinity
        let upper = isAttribute ? call.float("max", default: .infinity) : try scalar(2, of: call) ?? .infinity
        guard !lower.isNaN, !upper.isNaN else { throw call.fault("its limits are not numbers") }
        if lower == 0, upper == .infinity { return .relu }
        return lower == 0 && upper == 6 ? .relu6 : .clip(lower: min(lower, upper), upper: upper)
    }

    private mutating func composedActivation(_ x: View, _ call: Call, name: String?) throws(ONNXProblem)
        -> View
    {
        switch call.type {
        case "Swish":
            let scaled = try combine(.multiply, x, call.float("alpha", default: 1), call)
            return try combine(.multiply, x, try map(.activation(.sigmoid), scaled, call), call, name: name)
        case "Mish":
            let bent = try map(.activation(.tanh), try map(.unary(.softplus), x, call), call)
            return try combine(.multiply, x, bent, call, name: name)
        case "PRelu":
            let slope = try view(1, of: call)
            let negative = try combine(.multiply, try combine(.minimum, x, 0, call), slope, call)
            return try combine(.add, try map(.activation(.relu), x, call), negative, call, name: name)
        case "ThresholdedRelu":
            let alpha = call.float("alpha", default: 1)
            let above = try map(
                .activation(.relu), try map(.unary(.sign), try combine(.subtract, x, alpha, call), call), call
            )
            return try combine(.multiply, x, above, call, name: name)
        default: return try exponentialUnit(x, call, name: name)
        }
    }

    /// gamma · (max(0, x) + alpha · (exp(min(0, x) / beta) − 1)): Elu, Selu and Celu.
    private mutating func exponentialUnit(_ x: View, _ call: Call, name: String?) throws(ONNXProblem) -> View
    {
        let isScaled = call.type == "Selu"
        let alpha = call.float("alpha", default: isScaled ? 1.67326319 : 1)
        var negative = try combine(.minimum, x, 0, call)
        if call.type == "Celu" { negative = try combine(.divide, negative, alpha, call) }
        negative = try combine(.subtract, try map(.unary(.exponential), negative, call), 1, call)
        negative = try combine(.multiply, negative, alpha, call)
        let positive = try map(.activation(.relu), x, call)
        let sum = try combine(.add, positive, negative, call, name: isScaled ? nil : name)
        return isScaled
            ? try combine(.multiply, sum, call.float("gamma", default: 1.05070102), call, name: name) : sum
    }

    mutating func binary(_ call: Call) throws(ONNXProblem) {
        let operation: BinaryOperation =
            switch call.type {
            case "Add": .add
            case "Sub": .subtract
            case "Mul": .multiply
            case "Div": .divide
            default: .power
            }
        try fold(operation, over: [0, 1], call)
    }

    mutating func variadic(_ call: Call) throws(ONNXProblem) {
        guard !call.inputs.isEmpty else { throw call.fault("needs at least one input") }
        let operation: BinaryOperation =
            switch call.type {
            case "Min": .minimum
            case "Max": .maximum
            default: .add
            }
        try fold(operation, over: Array(call.inputs.indices), call)
    }

    /// Combines inputs from left to right; `Mean` divides the sum by their number.
    private mutating func fold(_ operation: BinaryOperation, over inputs: [Int], _ call: Call)
        throws(ONNXProblem)
    {
        var (result, type) = try real(inputs[0], of: call)
        // A power has the type of its base, also where that is a constant.
        if operation == .power, case .constant(let base) = try required(inputs[0], of: call),
            !base.dataType.isFloatingPoint
        {
            type = base.dataType
        }
        if type == nil, operation != .power {
            for input in inputs.dropFirst() {
                let other = try elementType(input, of: call)
                if !other.isFloatingPoint, case .computed = try required(input, of: call) { type = other }
            }
        }
        let isMean = call.type == "Mean"
        try setResult(call, type) { (translator, name) throws(ONNXProblem) in
            for input in inputs.dropFirst() {
                let isLast = input == inputs.last && !isMean
                let other = try translator.real(input, of: call).view
                let divides = operation == .divide && type != nil
                result = try translator.combine(
                    operation, result, other, call, name: isLast && !divides ? name : nil)
                if divides { result = try translator.truncated(result, call, name: name) }
            }
            return isMean
                ? try translator.combine(.divide, result, Float(inputs.count), call, name: name) : result
        }
    }

    mutating func combine(
        _ operation: BinaryOperation, _ a: View, _ scalar: Float, _ call: Call, name: String? = nil
    ) throws(ONNXProblem) -> View {
        let shape: Shape = a.rank == 0 ? [] : [1]
        let type = dataType(a).isFloatingPoint ? dataType(a) : .float32
        let number = Tensor(shape, Tensor.Storage([Double(scalar)], as: type))
        let id = constantValue("\(call.output)/constant", number.asSingleNumber)
        return a.with(try apply(.binary(operation), [a.value, id], call, name: name))
    }

    /// Two operands with NumPy broadcasting, in the stored order of the one that has one.
    mutating func combine(
        _ operation: BinaryOperation, _ a: View, _ b: View, _ call: Call, name: String? = nil
    ) throws(ONNXProblem) -> View {
        let isSame = a.stored == b.stored && a.order == b.order && a.shape == b.shape
        if isSame, graph[a.value].constant == nil, graph[b.value].constant == nil {
            return a.with(try apply(.binary(operation), [a.value, b.value], call, name: name))
        }
        guard let shape = Shape(a.shape).broadcast(with: Shape(b.shape))?.dimensions else {
            throw call.fault("the shapes \(Shape(a.shape)) and \(Shape(b.shape)) do not broadcast")
        }
        let (a, b) = (narrowed(a, like: b), narrowed(b, like: a))
        let reference = leader(a, b, rank: shape.count)
        let order = reference?.storedAxes ?? Array(shape.indices)
        let left = try operand(a, order, call)
        let right = try operand(b, order, call)
        let id = try apply(.binary(operation), [left, right], call, name: name)
        let stored = order.map { shape[$0] }
        var places = [Int](repeating: 0, count: order.count)
        for (place, axis) in order.enumerated() { places[axis] = place }
        return View(id, stored: stored, order: places)
    }

    /// A float32 constant beside halves as such, finite numbers within their range: what nodes are composed of is written in float32.
    mutating func narrowed(_ view: View, like other: View) -> View {
        let wanted = dataType(other)
        guard dataType(view) == .float32, wanted == .float16 || wanted == .bfloat16,
            scaledConstants[view.value] == nil, let tensor = graph[view.value].constant?.tensor
        else { return view }
        let limit: Double = wanted == .float16 ? 65504 : .infinity
        func clamped(_ value: Double) -> Double { value.isFinite ? min(max(value, -limit), limit) : value }
        let storage: Tensor.Storage
        switch tensor.storage {
        case .repeated(let value, _): storage = .repeated(clamped(value), wanted)
        case .float32, .float16, .bfloat16, .int8, .uint8, .int16, .int32, .int64, .bool, .binary, .unknown:
            guard let values = tensor.floats else { return view }
            storage = Tensor.Storage(values.map { clamped(Double($0)) }, as: wanted)
        }
        return view.with(constantValue(graph[view.value].name, Tensor(tensor.shape, storage)))
    }

    /// Whose stored order both take: the larger plain one that is not in file order; nil for file order.
    private func leader(_ a: View, _ b: View, rank: Int) -> View? {
        let candidates = [a, b].filter { view in
            view.isPlain && view.rank == rank && view.order != Array(view.shape.indices)
                && graph[view.value].constant == nil
        }
        return candidates.max { $0.elementCount < $1.elementCount }
    }

    /// An operand in the common order, without leading extents of 1 where it is a constant.
    private mutating func operand(_ view: View, _ order: [Int], _ call: Call) throws(ONNXProblem) -> ValueID {
        let missing = order.count - view.rank
        let padded = view.reshaped([Int](repeating: 1, count: missing) + view.shape)
        guard let constant = graph[view.value].constant, view.isPlain else {
            // Missing leading axes broadcast by themselves where nothing else has to move.
            let isSingle = view.elementCount == 1 && view.stored.count <= order.count
            let isPlain =
                view.isPlain && view.order == Array(view.order.indices) && order == Array(order.indices)
            return isSingle || isPlain ? view.value : try lay(padded, order, call)
        }
        let key = LayoutKey(view: padded, order: order)
        if let id = layouts[key] { return id }
        let kept = order.map { padded.shape[$0] }.drop { $0 == 1 }
        let dimensions = kept.isEmpty && !order.isEmpty ? [1] : Array(kept)
        func laid(_ tensor: Tensor) -> Tensor {
            tensor.permuted(view.order).reshaped(padded.shape).permuted(order).reshaped(dimensions)
        }
        if let scaled = scaledConstants[view.value] {
            let integers = constantValue(
                scaled.name, laid(scaled.integers), quantization: scaled.quantization)
            let id = try apply(.dequantize, [integers], call)
            layouts[key] = id
            return id
        }
        let trimmed = laid(constant.tensor)
        let value = graph[view.value]
        let isSame = trimmed.shape == constant.tensor.shape && order == Array(order.indices)
        let id = isSame ? view.value : constantValue(value.name, trimmed)
        layouts[key] = id
        return id
    }
}

/// int8 constants with one scale, as an element-wise operation may read them.
struct ScaledConstant {
    let name: String
    let integers: Tensor
    let quantization: Quantization

    /// Nil for other integers than 8-bit ones, and for several scales; uint8 z becomes int8 z − 128.
    init?(_ name: String, _ tensor: Tensor, _ quantization: Quantization) {
        guard quantization.axis == nil else { return nil }
        switch tensor.dataType {
        case .int8: (integers, self.quantization) = (tensor, quantization)
        case .uint8:
            guard let values = tensor.integers else { return nil }
            integers = Tensor(tensor.shape, .int8(values.map { Int8(truncatingIfNeeded: $0 - 128) }))
            self.quantization = Quantization(
                scale: quantization.scale, zeroPoint: quantization.zeroPoint - 128)
        case .float32, .float16, .bfloat16, .int16, .int32, .int64, .bool, .binary: return nil
        }
        guard (-128...127).contains(self.quantization.zeroPoint) else { return nil }
        self.name = name
    }
}
