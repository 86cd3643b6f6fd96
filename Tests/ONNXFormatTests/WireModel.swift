import ModelGraph

/// ONNX bytes written field by field, so that tests can say what no exporter would.
struct WireModel {
    struct Node {
        let type: String, inputs: [String], outputs: [String], name: String
        /// The order of axes of a transpose.
        let permutation: [Int]
        init(
            _ type: String, _ inputs: [String], _ outputs: [String], name: String = "",
            permutation: [Int] = []
        ) {
            (self.type, self.inputs, self.outputs, self.name) = (type, inputs, outputs, name)
            self.permutation = permutation
        }
    }
    struct Input {
        let name: String, shape: [Int]
        init(_ name: String, _ shape: [Int]) { (self.name, self.shape) = (name, shape) }
    }
    struct Initializer {
        let name: String, shape: [Int], values: [Float], location: String?, offset: Int
        init(_ name: String, _ shape: [Int], _ values: [Float], location: String? = nil, offset: Int = 0) {
            (self.name, self.shape, self.values, self.location) = (name, shape, values, location)
            self.offset = offset
        }
    }
    var nodes: [Node]
    var inputs: [Input]
    var outputs: [String]
    var initializers: [Initializer] = []
    var operatorSet = 17

    var bytes: [UInt8] {
        var graph = Wire()
        for node in nodes {
            var wire = Wire()
            for input in node.inputs { wire.text(1, input) }
            for output in node.outputs { wire.text(2, output) }
            if !node.name.isEmpty { wire.text(3, node.name) }
            wire.text(4, node.type)
            if !node.permutation.isEmpty { wire.message(5, order(node.permutation)) }
            graph.message(1, wire)
        }
        for tensor in initializers { graph.message(5, wire(tensor)) }
        for input in inputs { graph.message(11, port(input)) }
        for output in outputs { graph.message(12, port(Input(output, []))) }
        var set = Wire()
        set.integer(2, operatorSet)
        var model = Wire()
        model.integer(1, 8)
        model.message(7, graph)
        model.message(8, set)
        return model.bytes
    }

    private func order(_ permutation: [Int]) -> Wire {
        var attribute = Wire()
        attribute.text(1, "perm")
        for axis in permutation { attribute.integer(8, axis) }
        attribute.integer(20, 7)
        return attribute
    }

    private func wire(_ tensor: Initializer) -> Wire {
        var wire = Wire()
        for extent in tensor.shape { wire.integer(1, extent) }
        wire.integer(2, 1)
        wire.text(8, tensor.name)
        if let location = tensor.location {
            for (key, value) in [("location", location), ("offset", "\(tensor.offset)")] {
                var entry = Wire()
                entry.text(1, key)
                entry.text(2, value)
                wire.message(13, entry)
            }
            wire.integer(14, 1)
        } else {
            wire.message(9, Wire(bytes: Tensor([tensor.values.count], tensor.values).bytes))
        }
        return wire
    }

    private func port(_ input: Input) -> Wire {
        var shape = Wire()
        for extent in input.shape {
            var dimension = Wire()
            dimension.integer(1, extent)
            shape.message(1, dimension)
        }
        var tensor = Wire()
        tensor.integer(1, 1)
        tensor.message(2, shape)
        var type = Wire()
        type.message(1, tensor)
        var info = Wire()
        info.text(1, input.name)
        info.message(2, type)
        return info
    }
}

/// Protocol buffer fields.
struct Wire {
    var bytes: [UInt8] = []

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func integer(_ field: UInt64, _ value: Int) {
        varint(field << 3)
        varint(UInt64(bitPattern: Int64(value)))
    }

    mutating func text(_ field: UInt64, _ value: String) { message(field, Wire(bytes: Array(value.utf8))) }

    mutating func message(_ field: UInt64, _ wire: Wire) {
        varint(field << 3 | 2)
        varint(UInt64(wire.bytes.count))
        bytes += wire.bytes
    }
}
