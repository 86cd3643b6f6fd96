/// One operator of the file with its code resolved, and typed access to its operands and options.
struct OperatorCall {
    let builtin: BuiltinOperator
    let inputs: [Int]
    let outputs: [Int]
    let place: String
    /// Where the options of a custom operator lie in the file.
    let customOptions: Range<Int>?
    private let options: FlatTable?
    private let file: TFLiteFile

    init(_ record: TFLiteFile.Operator, index: Int, in file: TFLiteFile) throws(TFLiteError) {
        guard file.operatorCodes.indices.contains(record.code) else {
            throw file.flat.damaged(
                "operator \(index) names code \(record.code) of \(file.operatorCodes.count)")
        }
        let code = file.operatorCodes[record.code]
        guard let builtin = BuiltinOperator(code) else {
            let name = code.name
            throw .unsupported(
                file: file.name, place: "operator \(index)",
                detail:
                    "\(name) is not one that Swiftlet runs; express it with supported operators before exporting"
            )
        }
        place = "operator \(index) (\(builtin.name))"
        if record.optionsType != 0, record.optionsType != builtin.optionsType, builtin.optionsType != 0 {
            throw file.flat.damaged("\(place) carries options of type \(record.optionsType)")
        }
        self.builtin = builtin
        customOptions = record.customOptions
        self.file = file
        inputs = record.inputs
        outputs = record.outputs
        options = record.optionsType == builtin.optionsType ? record.options : nil
    }

    /// The tensor of operand `position`, which must be there.
    func input(_ position: Int) throws(TFLiteError) -> Int {
        guard let index = optionalInput(position) else {
            throw file.flat.damaged("\(place) lacks operand \(position)")
        }
        return index
    }

    func optionalInput(_ position: Int) -> Int? {
        position < inputs.count && inputs[position] >= 0 ? inputs[position] : nil
    }

    /// The one result; operators with several are handled by themselves.
    func output() throws(TFLiteError) -> Int {
        guard outputs.count == 1 else {
            throw file.flat.damaged("\(place) has \(outputs.count) results instead of one")
        }
        return outputs[0]
    }

    func int(_ field: Int, default missing: Int32 = 0) throws(TFLiteError) -> Int {
        guard let options else { return Int(missing) }
        return Int(try options.integer(field, default: missing))
    }

    func byte(_ field: Int) throws(TFLiteError) -> UInt8 {
        guard let options else { return 0 }
        return try options.integer(field)
    }

    func bool(_ field: Int, default missing: Bool = false) throws(TFLiteError) -> Bool {
        guard let options, try options.has(field) else { return missing }
        return try options.bool(field)
    }

    /// A float option, which must be a finite number.
    func float(_ field: Int) throws(TFLiteError) -> Float {
        guard let value = try options?.float(field) else { return 0 }
        guard value.isFinite else { throw file.flat.damaged("\(place): option \(field) is \(value)") }
        return value
    }

    /// A text option, empty where it is left out.
    func text(_ field: Int) throws(TFLiteError) -> String {
        try options?.name(field, "an option of \(place)") ?? ""
    }

    func ints(_ field: Int) throws(TFLiteError) -> [Int]? {
        try options?.integers(field, as: Int32.self, "an option of \(place)")?.map(Int.init)
    }

    func activation(_ field: Int) throws(TFLiteError) -> Schema.FusedActivation {
        let raw = try byte(field)
        guard let activation = Schema.FusedActivation(rawValue: raw) else {
            throw file.flat.damaged("\(place): fused activation \(raw) does not exist")
        }
        return activation
    }

    func padding(_ field: Int) throws(TFLiteError) -> Schema.PaddingScheme {
        let raw = try byte(field)
        guard let scheme = Schema.PaddingScheme(rawValue: raw) else {
            throw file.flat.damaged("\(place): padding scheme \(raw) does not exist")
        }
        return scheme
    }

    /// A height and width option, each at least 1.
    func extent(height: Int, width: Int, default missing: Int32 = 0) throws(TFLiteError) -> (Int, Int) {
        let (height, width) = (try int(height, default: missing), try int(width, default: missing))
        guard height > 0, width > 0 else {
            throw file.flat.damaged("\(place): a stride, dilation or window of \(height) × \(width)")
        }
        return (height, width)
    }
}

extension BuiltinOperator {
    /// Nil where Swiftlet has no such operator.
    init?(_ code: TFLiteFile.OperatorCode) {
        if let name = code.customName {
            guard let own = Self.allCases.first(where: { $0.customName == name }) else { return nil }
            self = own
            return
        }
        guard code.code >= 0, let raw = Int32(exactly: code.code) else { return nil }
        self.init(rawValue: raw)
    }
}

extension TFLiteFile.OperatorCode {
    /// What to call the operator in an error.
    var name: String { customName.map { "custom operator '\($0)'" } ?? BuiltinOperator.name(of: code) }
}
